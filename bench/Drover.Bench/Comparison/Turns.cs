using System.Diagnostics;
using Drover.Bench.Processes;

namespace Drover.Bench.Comparison;

/// <summary>Runs experiments in turns, round after round, and goes on when one of them cannot be made.</summary>
sealed class Turns(List<Experiment> experiments, Findings findings)
{
    public async Task RunAsync(int rounds, CancellationToken ct)
    {
        for (var round = 1; round <= rounds; round++)
            await RunRoundAsync(round, rounds, ct);
    }

    /// <summary>Without it, what needs it fails and the rest goes on.</summary>
    public Task EnsureAsync(Requirement requirement, CancellationToken ct) => EnsureAsync(requirement.Program, requirement.EnsureAsync, ct);

    public async Task EnsureAsync(string name, Func<CancellationToken, Task> ensure, CancellationToken ct)
    {
        try
        {
            await ensure(ct);
        }
        catch (MeasurementException e)
        {
            findings.Add(new Failure(name, 0, e.Message));
        }
    }

    async Task RunRoundAsync(int round, int rounds, CancellationToken ct)
    {
        if (experiments.Count == 0)
            return;

        // Each round begins elsewhere: nobody is always first, or always after the same one.
        var first = (round - 1) * 3 % experiments.Count;
        foreach (var experiment in experiments.Skip(first).Concat(experiments.Take(first)).ToList())
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = await TryRunAsync(round, experiment, ct) ?? "measured";
            await Console.Error.WriteLineAsync(
                $"round {round}/{rounds}  {experiment.Name,-32} {Stopwatch.GetElapsedTime(start).TotalSeconds,5:0.0} s  {outcome}");
            if (HasGivenUp(experiment))
                experiments.Remove(experiment);
        }
    }

    async Task<string?> TryRunAsync(int round, Experiment experiment, CancellationToken ct)
    {
        try
        {
            await experiment.RunAsync(round, findings, ct);
            return null;
        }
        catch (MeasurementException e)
        {
            findings.Add(new Failure(experiment.Name, round, e.Message));
            return $"FAILED: {e.Message.Split('\n')[0]}";
        }
    }

    /// <summary>What has failed twice is not tried again.</summary>
    bool HasGivenUp(Experiment experiment) => findings.Failures.Count(failure => failure.Experiment == experiment.Name) == 2;
}
