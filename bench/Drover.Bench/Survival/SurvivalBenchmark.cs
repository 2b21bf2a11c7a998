using Drover.Bench.Comparison;
using Drover.Bench.Survival.Fleets;

namespace Drover.Bench.Survival;

/// <summary>What a kill, a reload and a stopped worker cost the clients, of Drover and of others; and what it costs Drover to cost less.</summary>
sealed class SurvivalBenchmark(SurvivalOptions options)
{
    readonly Findings _findings = new();

    /// <summary>Returns whether everything could be measured.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        List<Experiment> experiments = [.. Experiments().Where(options.Only.Includes)];
        if (experiments.Count == 0)
            throw new UsageException("--only leaves nothing to measure.");
        var targets = experiments.Select(experiment => experiment.Target).ToHashSet(StringComparer.Ordinal);
        var turns = new Turns(experiments, _findings);
        foreach (var (target, requirement) in Requirements.Where(entry => targets.Contains(entry.Target)))
            await turns.EnsureAsync(requirement, ct);
        if (targets.Contains(TargetName.Pm2))
            await turns.EnsureAsync("pm2", Pm2Fleet.EnsureAsync, ct);
        var machine = await Machine.DescribeAsync(ct);
        await turns.RunAsync(options.Rounds, ct);

        var report = new SurvivalReport(machine, options, _findings);
        report.Print(Console.Out);
        await report.SaveAsync(ct);
        return _findings.Failures.Count == 0;
    }

    static IReadOnlyList<(string Target, Requirement Requirement)> Requirements =>
    [
        (TargetName.DroverWithoutTable, Requirement.Wrk),
        (TargetName.NodeRoundRobin, Requirement.Node),
        (TargetName.Pm2, Requirement.Node),
        (TargetName.Nginx, Requirement.Nginx),
    ];

    IEnumerable<Experiment> Experiments()
    {
        const int Two = SurvivalOptions.Workers;
        const int Four = SurvivalOptions.StallWorkers;
        return
        [
            new FailureExperiment(TargetName.DroverRoundRobin, ct => ClusterFleet.StartDroverAsync("round-robin", Two, spares: 0, ct), options),
            new FailureExperiment(TargetName.NodeRoundRobin, ct => ClusterFleet.StartNodeAsync(Two, ct), options),
            new FailureExperiment(TargetName.Pm2, ct => Pm2Fleet.StartAsync(Two, ct), options),
            new FailureExperiment(TargetName.Nginx, NginxFleet.StartAsync, options),

            new StallExperiment(TargetName.DroverRoundRobin, ct => ClusterFleet.StartDroverAsync("round-robin", Four, spares: 0, ct), options),
            new StallExperiment(TargetName.DroverShared, ct => ClusterFleet.StartDroverAsync("shared", Four, spares: 0, ct), options),
            new StallExperiment(TargetName.NodeRoundRobin, ct => ClusterFleet.StartNodeAsync(Four, ct), options),
            new StallExperiment(TargetName.Nginx, NginxFleet.StartAsync, options),

            new TableCostExperiment(options),

            new RecoveryExperiment(TargetName.DroverRoundRobin, ct => ClusterFleet.StartDroverAsync("round-robin", Two, spares: 0, ct), options),
            new RecoveryExperiment(TargetName.DroverSpare, ct => ClusterFleet.StartDroverAsync("round-robin", Two, spares: 1, ct), options),
            new RecoveryExperiment(TargetName.NodeRoundRobin, ct => ClusterFleet.StartNodeAsync(Two, ct), options),
            new RecoveryExperiment(TargetName.Pm2, ct => Pm2Fleet.StartAsync(Two, ct), options),
        ];
    }
}
