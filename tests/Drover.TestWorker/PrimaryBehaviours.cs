namespace Drover.TestWorker;

/// <summary>This program as a primary in a process of its own, for tests that kill it.</summary>
[Behaviours]
internal static class PrimaryBehaviours
{
    /// <summary>PrimaryOf BEHAVIOUR-OR-SCRIPT: two workers; a line "worker PID port PORT" for each that listens.</summary>
    public static async Task<int> PrimaryOf(string[] args)
    {
        var isScript = args[0].EndsWith(".js", StringComparison.Ordinal);
        await using var cluster = new ClusterPrimary(new ClusterSettings
        {
            Program = isScript ? args[0] : null,
            Arguments = isScript ? [] : [args[0]],
        });
        cluster.OnListening += (worker, address) => Console.WriteLine($"worker {worker.ProcessId} port {address.Port}");
        cluster.Fork();
        cluster.Fork();
        await cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>CrashLoop: RunAsync with a worker that exits at once; its exit code is RunAsync's.</summary>
    public static Task<int> CrashLoop(string[] args) => Cluster.RunAsync(["CrashLoop"], _ =>
    {
        Console.WriteLine("a worker has started");
        Environment.Exit(3);
        return Task.CompletedTask;
    }, options =>
    {
        options.Workers = 1;
        options.Settings.Restart!.InitialDelay = TimeSpan.FromMilliseconds(1);
        options.Settings.Restart.MaxRestarts = 4;
    });
}
