namespace Drover.Workers;

/// <summary>The worker's half of <see cref="Cluster.RunAsync"/>.</summary>
internal static class RunningWorker
{
    // How long the program may go on after its last connection has ended before the process ends all the same.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    internal static async Task<int> RunAsync(CurrentWorker worker, string[] args, Func<string[], Task> program)
    {
        worker.OwnLifetime();
        worker.LivesToListen = true;
        var running = program(args);
        if (await Task.WhenAny(running, worker.Disconnected) != running)
            await Task.WhenAny(running, Task.Delay(LastWords, TimeProvider.System));
        try
        {
            // An exception of the program ends the process as in any other program, with its stack trace.
            if (running.IsCompleted) await running;
        }
        catch (OperationCanceledException) when (worker.IsLeaving)
        {
            // It was told to end before it had begun.
        }

        return 0;
    }
}
