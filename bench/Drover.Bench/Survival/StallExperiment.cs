using System.Diagnostics;
using Drover.Bench.Comparison;
using Drover.Bench.Processes;
using Drover.Bench.Survival.Clients;
using Drover.Bench.Survival.Fleets;

namespace Drover.Bench.Survival;

/// <summary>How long requests on kept connections take while one worker is stopped, and before that.</summary>
sealed class StallExperiment(string target, Func<CancellationToken, Task<Fleet>> start, SurvivalOptions options) : Experiment
{
    public override string Target => target;

    public override IReadOnlyList<Measure> Measures { get; } =
        [SurvivalMeasure.StallRatio, .. SurvivalMeasure.Calm.Concat(SurvivalMeasure.Stall).Select(quantile => quantile.Measure)];

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        await using var fleet = await start(ct);
        var schedule = Schedule.Timing(options.Connections, options.Rate);
        var duration = TimeSpan.FromSeconds(options.StallSeconds);
        using var traffic = new Traffic(schedule, fleet.Port);
        await Task.Delay(options.WarmUp, ct);

        var calm = await WindowAsync(duration, ct);

        // What is under way when the worker stops is neither before the stall nor in it.
        await Task.Delay(TimeSpan.FromMilliseconds(100), ct);

        // One that answers, whichever it is: on a shared listening socket there may be some that never do.
        var stopped = (await Capacity.WhoAsync(fleet.Port, 1, ct))[0];
        Libc.Stop(stopped);
        (long From, long To) stall;
        try
        {
            stall = await WindowAsync(duration, ct);
        }
        finally
        {
            Libc.Continue(stopped);
        }

        var log = await traffic.EndAsync(ct);
        var calmTimes = log.Times(calm.From, calm.To, schedule.Patience);
        var stallTimes = log.Times(stall.From, stall.To, schedule.Patience);
        if (calmTimes.Count == 0 || stallTimes.Count == 0)
            throw new MeasurementException($"no request was due: {calmTimes.Count} before the stall, {stallTimes.Count} during it");
        Record(SurvivalMeasure.Calm, calmTimes);
        Record(SurvivalMeasure.Stall, stallTimes);
        var failures = log.Failures(isNewConnection: false);
        findings.Add(new Value(
            SurvivalMeasure.StallRatio.Name, target, round, stallTimes.Quantile(0.99) / calmTimes.Quantile(0.99), failures.Values.Sum())
        {
            Failures = failures,
            Requests = log.Calls.Count,
        });

        void Record(IReadOnlyList<Quantile> quantiles, Samples times)
        {
            foreach (var quantile in quantiles)
                findings.Add(new Value(quantile.Measure.Name, target, round, times.Quantile(quantile.Part)));
        }
    }

    static async Task<(long From, long To)> WindowAsync(TimeSpan duration, CancellationToken ct)
    {
        var from = Stopwatch.GetTimestamp();
        await Task.Delay(duration, ct);
        return (from, Stopwatch.GetTimestamp());
    }
}
