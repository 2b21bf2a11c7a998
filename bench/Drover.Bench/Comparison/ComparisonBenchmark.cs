using System.Diagnostics;
using Drover.Bench.Processes;

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
        await EnsureAsync(Requirement.Wrk, ct);
        await EnsureAsync(Requirement.Node, ct);
        var machine = await Machine.DescribeAsync(ct);

        for (var round = 1; round <= options.Rounds; round++)
            await RunRoundAsync(round, experiments, ct);

        var report = new ComparisonReport(machine, options, _findings);
        report.Print(Console.Out);
        await report.SaveAsync(ct);
        return _findings.Failures.Count == 0;
    }

    /// <summary>Without it, what needs it fails and the rest goes on.</summary>
    async Task EnsureAsync(Requirement requirement, CancellationToken ct)
    {
        try
        {
            await requirement.EnsureAsync(ct);
        }
        catch (MeasurementException e)
        {
            _findings.Add(new Failure(requirement.Program, 0, e.Message));
        }
    }

    IEnumerable<Experiment> Experiments() =>
    [
        .. from load in new[] { Load.KeepAlive, Load.NewConnections }
           from target in HttpTarget.All(options.Workers)
           select new HttpExperiment(target, load, options),
        .. ProgramExperiment.All(options),
    ];

    async Task RunRoundAsync(int round, List<Experiment> experiments, CancellationToken ct)
    {
        // Each round begins elsewhere: nobody is always first, or always after the same one.
        var first = (round - 1) * 3 % experiments.Count;
        foreach (var experiment in experiments.Skip(first).Concat(experiments.Take(first)).ToList())
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = await TryRunAsync(round, experiment, ct) ?? "measured";
            await Console.Error.WriteLineAsync(
                $"round {round}/{options.Rounds}  {experiment.Name,-32} {Stopwatch.GetElapsedTime(start).TotalSeconds,5:0.0} s  {outcome}");
            if (HasGivenUp(experiment))
                experiments.Remove(experiment);
        }
    }

    async Task<string?> TryRunAsync(int round, Experiment experiment, CancellationToken ct)
    {
        try
        {
            await experiment.RunAsync(round, _findings, ct);
            return null;
        }
        catch (MeasurementException e)
        {
            _findings.Add(new Failure(experiment.Name, round, e.Message));
            return $"FAILED: {e.Message.Split('\n')[0]}";
        }
    }

    /// <summary>What has failed twice is not tried again.</summary>
    bool HasGivenUp(Experiment experiment) => _findings.Failures.Count(failure => failure.Experiment == experiment.Name) == 2;
}
