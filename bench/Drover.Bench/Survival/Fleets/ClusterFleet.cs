using System.Diagnostics;
using Drover.Bench.Processes;

namespace Drover.Bench.Survival.Fleets;

/// <summary>A primary that forks its workers, replaces those that die, and reloads them on SIGHUP.</summary>
sealed class ClusterFleet : Fleet
{
    // Longer than any drain.
    static readonly TimeSpan LongestChange = TimeSpan.FromSeconds(45);

    readonly ServerProcess _server;
    readonly int _processes;

    ClusterFleet(int port, int workers, int spares, ServerProcess server)
        : base(port, workers) => (_server, _processes) = (server, workers + spares);

    public static Task<Fleet> StartDroverAsync(string policy, int workers, int spares, CancellationToken ct) => StartAsync(
        port => Repository.Server(
            "survive", "--port", $"{port}", "--policy", policy, "--workers", $"{workers}", "--spares", $"{spares}"),
        workers,
        spares,
        ct);

    public static Task<Fleet> StartNodeAsync(int workers, CancellationToken ct) => StartAsync(
        port => Repository.Node("survive.js", $"{workers}") with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PORT"] = $"{port}" },
        },
        workers,
        spares: 0,
        ct);

    public override Task ReloadAsync(CancellationToken ct)
    {
        var old = _server.Listening;
        Libc.HangUp(_server.Id);
        return WithoutAsync(old, ct);
    }

    /// <summary>Spare workers are there too.</summary>
    public override Task RepairedAsync(CancellationToken ct) => WithoutAsync([], ct);

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    static async Task<Fleet> StartAsync(Func<int, Command> command, int workers, int spares, CancellationToken ct)
    {
        var port = FreePort.Pick();
        return new ClusterFleet(port, workers, spares, await ServerProcess.StartAsync(command(port), workers + spares, onListening: null, ct));
    }

    /// <summary>Returns when as many processes listen as should, and none of the old ones is among them.</summary>
    async Task WithoutAsync(IReadOnlyList<int> old, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        while (_server.Listening is var now && (now.Count != _processes || now.Intersect(old).Any()))
        {
            _server.ThrowIfExited();
            if (Stopwatch.GetElapsedTime(start) > LongestChange)
                throw new MeasurementException($"after {LongestChange.TotalSeconds} s these listen: {string.Join(' ', now)}; before: {string.Join(' ', old)}");
            await Task.Delay(10, ct);
        }
    }
}
