using Drover.Bench.Comparison;
using Drover.Bench.Survival.Fleets;

namespace Drover.Bench.Survival;

/// <summary>From kill -9 of a worker to the moment at which as many processes answer as before. No other traffic.</summary>
sealed class RecoveryExperiment(string target, Func<CancellationToken, Task<Fleet>> start, SurvivalOptions options) : Experiment
{
    public override string Target => target;

    public override IReadOnlyList<Measure> Measures { get; } = [SurvivalMeasure.Recovery];

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        await using var fleet = await start(ct);
        await Task.Delay(options.Settle, ct);
        var times = new List<double>();
        for (var i = 0; i < options.Kills; i++)
        {
            times.Add((await fleet.RecoverAsync(ct)).TotalMilliseconds);
            await Task.Delay(options.Settle, ct);
        }

        findings.Add(new Value(SurvivalMeasure.Recovery.Name, target, round, new Samples(times).Median));
    }
}
