namespace Drover.Workers;

/// <summary>
/// What is done to the workers by somebody's decision: one thing at a time, so that none counts what another has in hand. All of it stops
/// when the cluster ends.
/// </summary>
internal sealed class Changes(ClusterCore cluster)
{
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lock _lock = new();
    private CancellationTokenSource _clusterEnds = new();
    private TaskCompletionSource? _settled;
    private int _open;
    private Reload? _reload;
    private CancellationTokenSource? _recycling;

    /// <summary>Completes when nothing is being changed; null when that is so now.</summary>
    internal Task? Pending
    {
        get
        {
            lock (_lock) return _settled?.Task;
        }
    }

    /// <param name="options">How.</param>
    /// <param name="settings">What the new workers start from.</param>
    /// <param name="waits">While another reload is running: waits for it, instead of failing.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ClusterException">A reload is running.</exception>
    internal async Task<ReloadResult> ReloadAsync(ReloadOptions options, ClusterSettings settings, bool waits, CancellationToken cancellationToken)
    {
        var reload = new Reload(cluster, options, settings);
        if (!waits && Interlocked.CompareExchange(ref _reload, reload, null) is { } running)
            throw new ClusterException(ClusterError.ReloadRunning, $"A reload is running: {running.Progress}. Wait for its end and ask again.");
        GiveUpRecycling();
        try
        {
            return await RunAsync(
                clusterEnds =>
                {
                    Volatile.Write(ref _reload, reload);
                    return reload.RunAsync(clusterEnds, cancellationToken);
                },
                cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ReloadResult(0, Reload.Interrupted());
        }
        finally
        {
            Interlocked.CompareExchange(ref _reload, null, reload);
        }
    }

    /// <inheritdoc cref="Scaling.RunAsync"/>
    internal async Task ScaleAsync(int target, int? only, ClusterSettings settings, CancellationToken cancellationToken)
    {
        GiveUpRecycling();
        try
        {
            await RunAsync(
                async clusterEnds =>
                {
                    using var stop = CancellationTokenSource.CreateLinkedTokenSource(clusterEnds, cancellationToken);
                    await new Scaling(cluster, settings).RunAsync(target, only, stop.Token);
                    return true;
                },
                cancellationToken);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClusterException($"The cluster was asked to end before it had {target} workers.", exception);
        }
    }

    /// <summary>Replaces a worker by one of the same kind. Null: done, or it was leaving anyway.</summary>
    internal async Task<ReloadFailure?> RecycleAsync(ForkedWorker worker, CancellationToken cancellationToken)
    {
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock) _recycling = givenUp;
        try
        {
            return await RunAsync(
                async clusterEnds =>
                {
                    using var stop = CancellationTokenSource.CreateLinkedTokenSource(clusterEnds, givenUp.Token);
                    var replacer = new Replacer(cluster, new ReloadOptions(), old => cluster.OrderAgain(old, history: null));
                    var outcome = await replacer.ReplaceAsync(worker, endsOldFirst: false, stop.Token, clusterEnds);
                    if (outcome.Successor is not { } successor) return outcome.Failure;
                    ReloadLog.Replaced(cluster.Logger, worker.ProcessId, successor.ProcessId);
                    await worker.DisconnectAsync(stop.Token);
                    return null;
                },
                givenUp.Token);
        }
        catch (OperationCanceledException)
        {
            return Reload.Interrupted();
        }
        finally
        {
            lock (_lock) _recycling = null;
        }
    }

    // Whoever has something to do with all workers does not wait for one of them to be renewed.
    private void GiveUpRecycling()
    {
        lock (_lock) _ = _recycling?.CancelAsync();
    }

    /// <summary>The cluster ends: nothing new is started for a change. What it has started belongs to the workers that end. Any thread.</summary>
    internal void Interrupt()
    {
        CancellationTokenSource ending;
        lock (_lock)
        {
            if (_open == 0) return;
            ending = _clusterEnds;
            _clusterEnds = new CancellationTokenSource();
        }

        // Who waits for it does so elsewhere: this is the loop's thread.
        _ = ending.CancelAsync();
    }

    private async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> change, CancellationToken cancellationToken)
    {
        CancellationToken clusterEnds;
        lock (_lock)
        {
            clusterEnds = _clusterEnds.Token;
            if (_open++ == 0) _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(clusterEnds, cancellationToken);
            await _turn.WaitAsync(waiting.Token);
            try
            {
                return await change(clusterEnds);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            lock (_lock)
            {
                if (--_open == 0)
                {
                    _settled!.SetResult();
                    _settled = null;
                    cluster.Loop.Post(() => cluster.Spares?.EndIfAlone());
                }
            }
        }
    }
}
