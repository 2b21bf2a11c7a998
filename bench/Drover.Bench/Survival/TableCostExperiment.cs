using Drover.Bench.Comparison;
using Drover.Bench.Processes;

namespace Drover.Bench.Survival;

/// <summary>Keep-alive throughput with connections kept and without: two servers, loaded in turns, many times for a short time.</summary>
sealed class TableCostExperiment(SurvivalOptions options) : Experiment
{
    const int Seconds = 1;

    public override string Target => TargetName.DroverWithoutTable;

    public override IReadOnlyList<Measure> Measures { get; } = [SurvivalMeasure.KeepAlive];

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        var (portWith, portWithout) = (FreePort.Pick(), FreePort.Pick());
        await using var with = await StartAsync(portWith, keep: "1", ct);
        await using var without = await StartAsync(portWithout, keep: "0", ct);
        var (loadWith, loadWithout) = (new Wrk(portWith, options.Connections), new Wrk(portWithout, options.Connections));
        await loadWith.RunAsync(Load.KeepAlive, options.Quick ? 1 : 3, ct);
        await loadWithout.RunAsync(Load.KeepAlive, options.Quick ? 1 : 3, ct);

        var (resultsWith, resultsWithout) = (new List<WrkResult>(), new List<WrkResult>());
        for (var i = 0; i < options.Pairs; i++)
        {
            // Neither is always first.
            var isWithFirst = (i + round) % 2 == 0;
            if (isWithFirst)
                resultsWith.Add(await loadWith.RunAsync(Load.KeepAlive, Seconds, ct));
            resultsWithout.Add(await loadWithout.RunAsync(Load.KeepAlive, Seconds, ct));
            if (!isWithFirst)
                resultsWith.Add(await loadWith.RunAsync(Load.KeepAlive, Seconds, ct));
        }

        with.ThrowIfExited();
        without.ThrowIfExited();
        Record(TargetName.DroverRoundRobin, resultsWith);
        Record(TargetName.DroverWithoutTable, resultsWithout);

        void Record(string target, List<WrkResult> results) => findings.Add(new Value(
            SurvivalMeasure.KeepAlive.Name, target, round, new Samples(results.Select(result => result.PerSecond)).Median, results.Sum(result => result.Errors)));
    }

    static async Task<ServerProcess> StartAsync(int port, string keep, CancellationToken ct)
    {
        const int Workers = SurvivalOptions.Workers;
        var command = Repository.Server("cluster", "--port", $"{port}", "--workers", $"{Workers}", "--policy", "round-robin") with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DROVER_KEEP_CONNECTIONS"] = keep },
        };
        return await ServerProcess.StartAsync(command, Workers, onListening: null, ct);
    }
}
