using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Drover;

/// <summary>The instruments of the meter and the activity source named <c>Drover</c>.</summary>
internal static class DroverMeter
{
    internal const string Name = "Drover";

    internal static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> HandOffs =
        Meter.CreateCounter<long>("drover.handoffs", "{connection}", "Connections handed to workers.");

    internal static readonly Counter<long> HandOffFailures =
        Meter.CreateCounter<long>("drover.handoff.failures", "{connection}", "Hand-offs that were refused or taken back; each was given to another worker.");

    internal static readonly UpDownCounter<long> Workers =
        Meter.CreateUpDownCounter<long>("drover.workers", "{worker}", "Workers by state.");

    internal static readonly Counter<long> Restarts =
        Meter.CreateCounter<long>("drover.worker.restarts", "{restart}", "Workers started in the place of one that ended, by reason.");

    internal static readonly Histogram<double> StartDuration =
        Meter.CreateHistogram<double>("drover.worker.start.duration", "s", "From fork to listening.");

    internal static readonly Histogram<double> DrainDuration =
        Meter.CreateHistogram<double>("drover.drain.duration", "s", "From the request to disconnect to the end of the process.");
}
