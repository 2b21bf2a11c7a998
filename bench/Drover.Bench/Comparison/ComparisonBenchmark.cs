namespace Drover.Bench.Comparison;

/// <summary>All experiments in turns, round after round, so that a slow minute of the machine touches all of them alike.</summary>
sealed class ComparisonBenchmark(ComparisonOptions options)
{
    readonly Findings _findings = new();

    /// <summary>Returns whether everything could be measured.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        List<Experiment> experiments = [.. Experiments().Where(options.Only.Includes)];
        if (experiments.Count == 0)
            throw new UsageException("--only leaves nothing to measure.");
        var turns = new Turns(experiments, _findings);
        await turns.EnsureAsync(Requirement.Wrk, ct);
        await turns.EnsureAsync(Requirement.Node, ct);
        var machine = await Machine.DescribeAsync(ct);
        await turns.RunAsync(options.Rounds, ct);

        var report = new ComparisonReport(machine, options, _findings);
        report.Print(Console.Out);
        await report.SaveAsync(ct);
        return _findings.Failures.Count == 0;
    }

    IEnumerable<Experiment> Experiments() =>
    [
        .. from load in new[] { Load.KeepAlive, Load.NewConnections }
           from target in HttpTarget.All(options.Workers)
           select new HttpExperiment(target, load, options),
        .. ProgramExperiment.All(options),
    ];
}
