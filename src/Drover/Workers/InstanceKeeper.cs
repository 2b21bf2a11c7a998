namespace Drover.Workers;

/// <summary>Self-healing: starts a worker in the place of one that ended, as the restart policy says. Loop thread only, except Cancel.</summary>
internal sealed class InstanceKeeper(ClusterCore cluster)
{
    private readonly Lock _lock = new();
    private readonly List<object> _waiting = []; // A token for each restart that is to come.
    private TaskCompletionSource? _settled;

    /// <summary>Completes when the restarts that are now waiting have happened or were called off; null when none waits.</summary>
    internal Task? Pending
    {
        get
        {
            lock (_lock) return _settled?.Task;
        }
    }

    /// <summary>How many workers are to be restarted after their delay.</summary>
    internal int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary><paramref name="tell"/>: raises the event of the end, when a spare worker is in place and before anything else is told.</summary>
    internal void OnExited(ForkedWorker worker, Action tell)
    {
        if (worker.History is not { } history || worker.End is not { } end)
        {
            tell();
            return;
        }

        var decision = history.Decide(
            end, worker.ExitedAfterDisconnect == true, worker.Listened, cluster.Time.GetElapsedTime(0), Random.Shared.NextDouble());

        // What stands on its port will stand there the next time; trying again would only hide the reason behind many failures.
        if (decision.Verdict == RestartVerdict.Restart && worker.Listened == TimeSpan.Zero && worker.ListenFailure is { } failure)
            decision = RestartDecision.GiveUp($"it cannot listen on {failure}; exit: {end}");
        var isReplaced = decision.Verdict == RestartVerdict.Restart && cluster.Spares?.TryReplace(worker, history, decision.Delay) == true;
        tell();
        switch (decision.Verdict)
        {
            case RestartVerdict.Restart when isReplaced:
                WorkerLog.Died(cluster.Logger, worker.ProcessId, end.ToString());
                break;
            case RestartVerdict.Restart:
                if (decision.Delay == TimeSpan.Zero) WorkerLog.Died(cluster.Logger, worker.ProcessId, end.ToString());
                else WorkerLog.Restarting(cluster.Logger, worker.ProcessId, end.ToString(), decision.Delay.TotalMilliseconds);
                RestartLater(worker, history, end, decision.Delay);
                break;
            case RestartVerdict.GiveUp:
                WorkerLog.GivenUp(cluster.Logger, worker.Id, worker.ProcessId, decision.Reason!);
                cluster.Events.GaveUp(worker, decision.Reason!);
                break;
            default:
                WorkerLog.StaysDown(cluster.Logger, worker.ProcessId, decision.Reason!);
                break;
        }
    }

    /// <summary>Calls off the restarts that wait. Any thread.</summary>
    internal void Cancel() => CallOff(int.MaxValue);

    /// <summary>Calls off so many of the restarts that wait, the latest first; returns how many there were. Any thread.</summary>
    internal int CallOff(int count)
    {
        lock (_lock)
        {
            count = Math.Min(count, _waiting.Count);
            _waiting.RemoveRange(_waiting.Count - count, count);
            Settle();
            return count;
        }
    }

    private void RestartLater(ForkedWorker worker, RestartHistory history, WorkerEnd end, TimeSpan delay)
    {
        var token = new object();
        lock (_lock)
        {
            _waiting.Add(token);
            _settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        cluster.Loop.After(delay, () => Restart(worker, history, end, token));
    }

    private void Restart(ForkedWorker worker, RestartHistory history, WorkerEnd end, object token)
    {
        lock (_lock)
        {
            if (!_waiting.Contains(token)) return;
        }

        try
        {
            var successor = cluster.Fork(cluster.OrderAgain(worker, history));
            DroverMeter.Restarts.Add(1, new KeyValuePair<string, object?>("reason", end.Signal is null ? "exit" : "signal"));
            WorkerLog.Restarted(cluster.Logger, successor.ProcessId, worker.ProcessId);
        }
        catch (ClusterException exception)
        {
            // The program may be in the middle of being replaced; the policy decides how often to try.
            WorkerLog.RestartFailed(cluster.Logger, worker.Id, exception.Message);
            OnForkFailed(worker, history, end, exception.Message);
        }

        lock (_lock)
        {
            _waiting.Remove(token);
            Settle();
        }
    }

    // Under the lock.
    private void Settle()
    {
        if (_waiting.Count > 0) return;
        _settled?.TrySetResult();
        _settled = null;
    }

    private void OnForkFailed(ForkedWorker worker, RestartHistory history, WorkerEnd end, string why)
    {
        var decision = history.Decide(end, exitedAfterDisconnect: false, TimeSpan.Zero, cluster.Time.GetElapsedTime(0), Random.Shared.NextDouble());
        if (decision.Verdict == RestartVerdict.Restart) RestartLater(worker, history, end, decision.Delay);
        else
        {
            WorkerLog.GivenUp(cluster.Logger, worker.Id, worker.ProcessId, why);
            cluster.Events.GaveUp(worker, why);
            cluster.Spares?.EndIfAlone();
        }
    }
}
