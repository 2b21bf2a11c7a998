namespace Drover.FunctionalTests.Survival;

/// <summary>Does something to a random worker again and again.</summary>
internal sealed class RandomFaults(TestCluster cluster, int seed, bool mayKill)
{
    private readonly Random _random = new(seed);
    private Task _reload = Task.CompletedTask;
    private readonly HashSet<int> _killed = [];

    /// <summary>The process ids of the workers that were killed.</summary>
    internal async Task<IReadOnlyCollection<int>> RunAsync(TimeSpan length)
    {
        var end = Environment.TickCount64 + (long)length.TotalMilliseconds;
        while (Environment.TickCount64 < end)
        {
            await Task.Delay(_random.Next(50, 600), TestContext.Current.CancellationToken);
            await DoAsync();
        }

        await _reload;
        return _killed;
    }

    private async Task DoAsync()
    {
        var workers = cluster.Primary.Workers.Values.Where(w => !w.IsDead).ToArray();
        if (workers.Length == 0) return;
        var worker = workers[_random.Next(workers.Length)];
        switch (_random.Next(mayKill ? 4 : 2))
        {
            case 0:
                // Stopped for a moment, or long enough to be noticed.
                worker.Kill(Signal.SIGSTOP);
                await Task.Delay(_random.Next(10, 1200), TestContext.Current.CancellationToken);
                worker.Kill(Signal.SIGCONT);
                break;
            case 1 when _reload.IsCompleted:
                await _reload;
                _reload = cluster.Primary.ReloadAsync();
                break;
            case > 1:
                _killed.Add(worker.ProcessId);
                worker.Kill(Signal.SIGKILL);
                break;
        }
    }
}
