using Drover.Bench.Article;
using Drover.Bench.Comparison;
using Drover.Bench.Survival.Clients;
using Drover.Bench.Survival.Fleets;

namespace Drover.Bench.Survival;

/// <summary>How many requests fail when one of two workers is killed, and when both are reloaded, under steady traffic.</summary>
sealed class FailureExperiment(string target, Func<CancellationToken, Task<Fleet>> start, SurvivalOptions options) : Experiment
{
    public override string Target => target;

    public override IReadOnlyList<Measure> Measures { get; } =
        [SurvivalMeasure.KillKeepAlive, SurvivalMeasure.KillNew, SurvivalMeasure.ReloadKeepAlive, SurvivalMeasure.ReloadNew];

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        await using var fleet = await start(ct);
        var killed = await CountAsync(fleet, options.Kills, () => fleet.RecoverAsync(ct), ct);
        Record(SurvivalMeasure.KillKeepAlive, killed, options.Kills, isNewConnection: false);
        Record(SurvivalMeasure.KillNew, killed, options.Kills, isNewConnection: true);

        var reloaded = await CountAsync(fleet, options.Reloads, () => fleet.ReloadAsync(ct), ct);
        Record(SurvivalMeasure.ReloadKeepAlive, reloaded, options.Reloads, isNewConnection: false);
        Record(SurvivalMeasure.ReloadNew, reloaded, options.Reloads, isNewConnection: true);

        void Record(Measure measure, CallLog log, int times, bool isNewConnection)
        {
            var failures = log.Failures(isNewConnection);
            var failed = failures.Values.Sum();
            findings.Add(new Value(measure.Name, target, round, (double)failed / times, failed)
            {
                Failures = failures,
                FailedPosts = log.Calls.Count(call => call.IsNewConnection == isNewConnection && call.IsPost && call.Outcome != RequestOutcome.Answered),
                Requests = log.Calls.Count(call => call.IsNewConnection == isNewConnection),
                ClosedBetween = isNewConnection ? null : log.ClosedBetween,
            });
        }
    }

    /// <summary>Every request counts, from the first of the warm-up to the last.</summary>
    async Task<CallLog> CountAsync(Fleet fleet, int times, Func<Task> strike, CancellationToken ct)
    {
        using var traffic = new Traffic(Schedule.Counting, fleet.Port);
        await Task.Delay(options.WarmUp, ct);
        for (var i = 0; i < times; i++)
        {
            await strike();
            await Task.Delay(options.Settle, ct);
        }

        return await traffic.EndAsync(ct);
    }
}
