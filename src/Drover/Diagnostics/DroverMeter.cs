using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Drover;

/// <summary>The instruments of the meter and the activity source named <c>Drover</c>.</summary>
internal static class DroverMeter
{
    internal const string Name = "Drover";

    private static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> HandOffs =
        Meter.CreateCounter<long>("drover.handoffs", "{connection}", "Connections handed to workers.");

    internal static readonly Counter<long> HandOffFailures =
        Meter.CreateCounter<long>("drover.handoff.failures", "{connection}", "Hand-offs that were refused or taken back; each was given to another worker.");

    internal static readonly Counter<long> Moves =
        Meter.CreateCounter<long>("drover.connections.moved", "{connection}", "Connections that went from one worker to another without being closed.");

    internal static readonly Counter<long> Unanswered =
        Meter.CreateCounter<long>("drover.requests.unanswered", "{request}", "Requests whose worker died over them; the primary answered 503.");

    internal static readonly UpDownCounter<long> Workers =
        Meter.CreateUpDownCounter<long>("drover.workers", "{worker}", "Workers by state.");

    internal static readonly Counter<long> Restarts =
        Meter.CreateCounter<long>("drover.worker.restarts", "{restart}", "Workers started in the place of one that ended, by reason.");

    internal static readonly Histogram<double> StartDuration =
        Meter.CreateHistogram<double>("drover.worker.start.duration", "s", "From fork to listening.");

    internal static readonly Histogram<double> DrainDuration =
        Meter.CreateHistogram<double>("drover.drain.duration", "s", "From the request to disconnect to the end of the process.");

    /// <summary>
    /// Notes a span of a worker's life when it is over. It is made then and not before: the code that begins it and the code that ends it
    /// have no flow of execution in common.
    /// </summary>
    internal static void RecordActivity(string name, Worker worker, TimeSpan duration, TimeProvider time)
    {
        if (!Activities.HasListeners()) return;
        var end = time.GetUtcNow();
        using var activity = Activities.StartActivity(name, ActivityKind.Internal, parentContext: default, startTime: end - duration);
        activity?.SetTag("drover.worker.id", worker.Id);
        activity?.SetEndTime(end.UtcDateTime);
    }
}
