namespace Drover.Workers;

/// <summary>One reload: replaces every worker that was there when it began, some at a time.</summary>
internal sealed class Reload
{
    private readonly ClusterCore _cluster;
    private readonly ReloadOptions _options;
    private readonly ClusterSettings _settings;
    private readonly HashSet<int> _begun = [];
    private readonly Dictionary<Task<ReplacementOutcome>, bool> _running = []; // And whether the old worker ends first.
    private int _generation;
    private int _total;
    private int _replaced;
    private ReloadFailure? _failure;

    internal Reload(ClusterCore cluster, ReloadOptions options, ClusterSettings settings)
    {
        _cluster = cluster;
        _options = options;
        _settings = settings;
    }

    /// <summary>How far it is, for people. Any thread.</summary>
    internal string Progress => $"{Volatile.Read(ref _replaced)} of {Volatile.Read(ref _total)} workers have been replaced";

    /// <exception cref="OperationCanceledException">The caller does not want it any more; what was replaced stays replaced.</exception>
    internal async Task<ReloadResult> RunAsync(CancellationToken clusterEnds, CancellationToken cancellationToken)
    {
        var began = _cluster.Time.GetTimestamp();
        await _cluster.Loop.RunAsync(() => _generation = ++_cluster.Generation);
        _total = _cluster.Workers.Values.Count(IsOld);
        ReloadLog.Began(_cluster.Logger, _total);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(clusterEnds, cancellationToken);
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(waiting.Token);
        var replacer = new Replacer(_cluster, _options, OrderFor);
        while (true)
        {
            while (_failure is null && !waiting.IsCancellationRequested && Next() is { } next)
            {
                var (old, endsFirst) = next;
                _begun.Add(old.Id);
                _running.Add(ReplaceAsync(replacer, old, endsFirst, starting.Token, waiting.Token, clusterEnds), endsFirst);
            }

            if (_running.Count == 0) break;
            var done = await Task.WhenAny(_running.Keys);
            _running.Remove(done);
            if ((await done).Failure is not { } failure) continue;

            // The first failure is the reason; the others end because of it.
            if (_failure is not null) continue;
            _failure = failure;
            await starting.CancelAsync();
        }

        return await EndAsync(began, clusterEnds, cancellationToken);
    }

    private async Task<ReloadResult> EndAsync(long began, CancellationToken clusterEnds, CancellationToken cancellationToken)
    {
        if (clusterEnds.IsCancellationRequested) _failure = Interrupted();
        if (_failure is null && !cancellationToken.IsCancellationRequested)
        {
            await _cluster.Loop.RunAsync(() =>
            {
                _cluster.Renewed = (_generation, _settings);
                _cluster.Spares?.Renew();
            });
            ReloadLog.Done(_cluster.Logger, _replaced, _cluster.Time.GetElapsedTime(began).TotalSeconds);
            return new ReloadResult(_replaced, failure: null);
        }

        var reason = cancellationToken.IsCancellationRequested ? "it was cancelled" : _failure!.Message;
        ReloadLog.Stopped(_cluster.Logger, _replaced, _total, reason);
        cancellationToken.ThrowIfCancellationRequested();
        return new ReloadResult(_replaced, _failure);
    }

    internal static ReloadFailure Interrupted() => new(ReloadFailureReason.Interrupted, "the cluster was asked to end");

    private ForkOrder OrderFor(ForkedWorker old)
    {
        var changed = _settings.Copy();
        old.Order.Configure?.Invoke(changed);
        return new ForkOrder(changed) { Configure = old.Order.Configure, Generation = _generation, RemembersErrors = true };
    }

    private bool IsOld(Worker worker) =>
        worker.State is not (WorkerState.Draining or WorkerState.Exited) && ((ForkedWorker)worker).Order.Generation < _generation && !_begun.Contains(worker.Id);

    /// <summary>The next worker to replace, if another may be replaced now. Those that the self-healing starts meanwhile are among them.</summary>
    private (ForkedWorker Old, bool EndsFirst)? Next()
    {
        var endingFirst = _running.Values.Count(endsFirst => endsFirst);
        var endsFirst = _running.Count - endingFirst >= _options.MaxSurge;
        if (endsFirst && endingFirst >= _options.MaxUnavailable) return null;
        return _cluster.Workers.Values.FirstOrDefault(IsOld) is ForkedWorker old ? (old, endsFirst) : null;
    }

    private async Task<ReplacementOutcome> ReplaceAsync(
        Replacer replacer, ForkedWorker old, bool endsFirst, CancellationToken starting, CancellationToken waiting, CancellationToken clusterEnds)
    {
        // The others begin before this one has waited for anything.
        await Task.Yield();
        var outcome = await replacer.ReplaceAsync(old, endsFirst, starting, clusterEnds);
        if (outcome.Successor is not { } successor) return outcome;
        ReloadLog.Replaced(_cluster.Logger, old.ProcessId, successor.ProcessId);
        Interlocked.Increment(ref _replaced);
        try
        {
            await old.DisconnectAsync(waiting);
        }
        catch (OperationCanceledException)
        {
            // It finishes what it has; only nobody waits for it.
        }

        return outcome;
    }
}
