namespace Drover.Workers;

/// <summary>
/// Keeps some workers ready that serve nobody yet: when one dies that served, a spare one takes its place in the same turn of the loop,
/// and a new spare one is started. Loop thread only.
/// </summary>
internal sealed class SpareKeeper(ClusterCore cluster, int count, ClusterSettings atFirst)
{
    // One that has just taken over compiles what its first requests need; the next spare one does not take the CPU from it.
    private static readonly TimeSpan FirstRequests = TimeSpan.FromSeconds(1);

    private RestartHistory? _history;
    private object? _later;
    private bool _givenUp;

    private IEnumerable<ForkedWorker> Spares =>
        cluster.Workers.Values.Cast<ForkedWorker>().Where(w => w.IsSpare && w.State is not (WorkerState.Draining or WorkerState.Exited));

    /// <summary>Starts what is missing, once somebody serves: the first workers do not share the CPUs with spare ones while they start.</summary>
    internal void Fill()
    {
        if (_givenUp || _later is not null || cluster.IsEnding || !cluster.Serving.Any(w => w.State == WorkerState.Listening)) return;
        for (var missing = count - Spares.Count(); missing > 0; missing--)
        {
            if (!TryFork()) return;
        }
    }

    /// <summary>A worker has died that was to go on. False: no spare one can be what it was.</summary>
    internal bool TryReplace(ForkedWorker dead, RestartHistory history, TimeSpan delay)
    {
        // One that listens is ready; one that still starts is ahead of any that would be started now.
        if (dead.Order.Configure is not null) return false;
        if (Spares.MaxBy(w => w.State == WorkerState.Listening) is not { } spare) return false;
        spare.History = history;
        spare.Activate();
        SpareLog.TookOver(cluster.Logger, spare.ProcessId, dead.ProcessId);
        FillAfter(delay > FirstRequests ? delay : FirstRequests);
        return true;
    }

    /// <summary>A spare worker has ended.</summary>
    internal void OnExited(ForkedWorker spare)
    {
        if (spare.ExitedAfterDisconnect == true) return;
        Decide(spare.End ?? default, spare.ProcessId);
    }

    /// <summary>A reload was completed: its version may be a better one.</summary>
    internal void Renew()
    {
        (_history, _givenUp) = (null, false);
        Fill();
    }

    /// <summary>Spare workers of nobody have nothing to wait for.</summary>
    internal void EndIfAlone()
    {
        if (cluster.Serving.Any() || cluster.Keeper.Waiting > 0 || cluster.Changes.Pending is not null) return;
        Cancel();
        foreach (var spare in Spares.ToArray()) _ = spare.DisconnectAsync();
    }

    internal void Cancel() => _later = null;

    private bool TryFork()
    {
        var (generation, settings) = cluster.Renewed ?? (0, atFirst);
        try
        {
            var spare = cluster.Fork(new ForkOrder(settings.Copy()) { Generation = generation, IsWithheld = true, IsSpare = true });
            SpareLog.Started(cluster.Logger, spare.ProcessId);
            return true;
        }
        catch (ClusterException exception)
        {
            SpareLog.Failed(cluster.Logger, exception.Message);
            Decide(new WorkerEnd(1, Signal: null), pid: 0);
            return false;
        }
    }

    private void Decide(WorkerEnd end, int pid)
    {
        _history ??= new RestartHistory((cluster.Renewed?.Settings ?? atFirst).Restart ?? new RestartPolicy());
        var decision = _history.Decide(end, exitedAfterDisconnect: false, TimeSpan.Zero, cluster.Time.GetElapsedTime(0), Random.Shared.NextDouble());
        if (decision.Verdict == RestartVerdict.Restart)
        {
            if (pid != 0) SpareLog.Died(cluster.Logger, pid, end.ToString());
            FillAfter(decision.Delay);
            return;
        }

        _givenUp = true;
        SpareLog.GivenUp(cluster.Logger, decision.Reason!);
    }

    private void FillAfter(TimeSpan delay)
    {
        var token = new object();
        _later = token;
        cluster.Loop.After(delay, () =>
        {
            if (_later != token) return;
            _later = null;
            Fill();
        });
    }
}
