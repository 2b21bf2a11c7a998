namespace Drover.Workers;

/// <summary>The worker's half of <see cref="Cluster.RunAsync"/>.</summary>
internal static class RunningWorker
{
    // How long the program may go on after its last connection has ended before the process ends all the same.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(CurrentWorker worker, string[] args, Func<string[], Task> program)
    {
        worker.OwnLifetime();
        var running = program(args);
        if (await Task.WhenAny(running, worker.Disconnected) == running)
        {
            // An exception of the program ends the process as in any other program, with its stack trace.
            await running;
            return 0;
        }

        await Task.WhenAny(running, Task.Delay(LastWords, TimeProvider.System));
        if (running.IsCompleted) await running;
        return 0;
    }
}
