using System.Globalization;
using Drover.Bench.Processes;

namespace Drover.Bench.Comparison;

/// <summary>A program that measures itself and prints <c>result NUMBER</c>, once or more often; the median counts.</summary>
sealed class ProgramExperiment(string target, Measure measure, TimeSpan timeout, Func<Command> start) : Experiment
{
    const string Prefix = "result ";

    public override string Target => target;

    public override IReadOnlyList<Measure> Measures { get; } = [measure];

    public static IEnumerable<ProgramExperiment> All(ComparisonOptions options)
    {
        foreach (var dialogue in new[] { Measure.Sequential, Measure.Pipelined, Measure.OneWay })
        {
            var timeout = TimeSpan.FromSeconds(options.Warmup + options.Seconds + 15);
            yield return new(TargetName.Drover, dialogue, timeout, () => Repository.Server(
                "messages", "--dialogue", dialogue.Name, "--warmup", $"{options.Warmup}", "--seconds", $"{options.Seconds}"));
            yield return new(TargetName.Node, dialogue, timeout, () => Repository.Node(
                "messages.js", dialogue.Name, $"{options.Warmup}", $"{options.Seconds}"));
        }

        var patience = TimeSpan.FromSeconds(15 + (2 * options.Spawns));
        yield return new(TargetName.Drover, Measure.Spawn, patience, () => Repository.Server(
            "spawn", "--port", $"{FreePort.Pick()}", "--count", $"{options.Spawns}"));
        yield return new(TargetName.Node, Measure.Spawn, patience, () => Repository.Node(
            "spawn.js", $"{FreePort.Pick()}", $"{options.Spawns}"));
    }

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        var lines = await ChildProcess.RunAsync(start(), timeout, ct);
        double[] results =
        [
            .. lines.Where(line => line.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(line => double.Parse(line[Prefix.Length..], CultureInfo.InvariantCulture)),
        ];
        if (results.Length == 0 || results.Any(result => result <= 0))
            throw new MeasurementException($"no result; the program printed: {string.Join(' ', lines)}");
        findings.Add(new Value(measure.Name, target, round, new Samples(results).Median));
    }
}
