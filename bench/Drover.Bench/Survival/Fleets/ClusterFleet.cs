using System.Diagnostics;
using Drover.Bench.Processes;

namespace Drover.Bench.Survival.Fleets;

/// <summary>A primary that forks its workers, replaces those that die, and reloads them on SIGHUP.</summary>
sealed class ClusterFleet : Fleet
{
    // Longer than any drain.
    static readonly TimeSpan LongestReload = TimeSpan.FromSeconds(45);

    readonly ServerProcess _server;

    ClusterFleet(int port, ServerProcess server)
        : base(port) => _server = server;

    public override IReadOnlyList<int> Workers => _server.Listening;

    public static Task<Fleet> StartDroverAsync(string policy, int workers, CancellationToken ct) => StartAsync(
        port => Repository.Server("survive", "--port", $"{port}", "--policy", policy, "--workers", $"{workers}"), workers, ct);

    public static Task<Fleet> StartNodeAsync(int workers, CancellationToken ct) => StartAsync(
        port => Repository.Node("survive.js", $"{workers}") with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["PORT"] = $"{port}" },
        },
        workers,
        ct);

    public override async Task ReloadAsync(CancellationToken ct)
    {
        var old = Workers;
        var start = Stopwatch.GetTimestamp();
        Libc.HangUp(_server.Id);
        while (Workers is var now && (now.Count != old.Count || now.Intersect(old).Any()))
        {
            _server.ThrowIfExited();
            if (Stopwatch.GetElapsedTime(start) > LongestReload)
                throw new MeasurementException($"the reload did not end within {LongestReload.TotalSeconds} s; workers before: {string.Join(' ', old)}, now: {string.Join(' ', now)}");
            await Task.Delay(10, ct);
        }
    }

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    static async Task<Fleet> StartAsync(Func<int, Command> command, int workers, CancellationToken ct)
    {
        var port = FreePort.Pick();
        return new ClusterFleet(port, await ServerProcess.StartAsync(command(port), workers, onListening: null, ct));
    }
}
