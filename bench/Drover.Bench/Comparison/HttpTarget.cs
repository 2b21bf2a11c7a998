using System.Globalization;
using Drover.Bench.Processes;

namespace Drover.Bench.Comparison;

/// <summary>A "Hello, World!" server.</summary>
/// <param name="Workers">0: one process that serves by itself.</param>
/// <param name="Start">The command for a port.</param>
sealed record HttpTarget(string Name, int Workers, Func<int, Command> Start)
{
    public bool HasPrimary => Workers > 0;

    public static IReadOnlyList<HttpTarget> All(int workers)
    {
        var count = workers.ToString(CultureInfo.InvariantCulture);
        return
        [
            new(TargetName.Kestrel, 0, port => Repository.Server("single", "--port", $"{port}")),
            new(TargetName.DroverRoundRobin, workers, port => Drover(port, "round-robin")),
            new(TargetName.DroverShared, workers, port => Drover(port, "shared")),
            new(TargetName.NodeRoundRobin, workers, port => Node(port, "rr")),
            new(TargetName.NodeShared, workers, port => Node(port, "none")),
        ];

        Command Drover(int port, string policy) =>
            Repository.Server("cluster", "--port", $"{port}", "--workers", count, "--policy", policy);

        Command Node(int port, string policy) => Repository.Node("http.js", $"{port}", count) with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["NODE_CLUSTER_SCHED_POLICY"] = policy },
        };
    }
}
