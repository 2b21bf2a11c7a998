using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Drover.FunctionalTests.Diagnostics;

public sealed class MetricsTests
{
    [Fact]
    public async Task The_life_of_a_worker_and_its_connections_are_measured_and_traced()
    {
        var measured = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter.Name == "Drover") listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        meters.Start();
        var spans = new ConcurrentBag<(string Name, int? Worker, TimeSpan Duration)>();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Drover",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => spans.Add((activity.OperationName, activity.GetTagItem("drover.worker.id") as int?, activity.Duration)),
        };
        ActivitySource.AddActivityListener(activities);

        await using var cluster = TestCluster.OfBehaviour("SayId");
        var (_, port) = await cluster.ForkListeningAsync(1);
        await cluster.ReadAllAsync(port);
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of the worker");

        // Other tests run beside this one and are measured by the same instruments, so these are lower bounds.
        Assert.True(measured["drover.handoffs"] >= 1);
        Assert.True(measured["drover.worker.start.duration"] > 0);
        Assert.True(measured["drover.drain.duration"] > 0);
        Assert.Contains(spans, span => span is { Name: "drover.worker.start", Worker: 1 } && span.Duration > TimeSpan.Zero);
        Assert.Contains(spans, span => span is { Name: "drover.drain", Worker: 1 } && span.Duration > TimeSpan.Zero);
    }
}
