namespace Drover.Workers;

/// <summary>Changes the number of workers: forks new ones, or lets the youngest go.</summary>
internal sealed class Scaling(ClusterCore cluster, ClusterSettings settings)
{
    private readonly ReadinessCheck _check = new(new ReloadOptions(), cluster.Time);

    /// <summary>Completes when the new workers are ready, or those that were too many are gone.</summary>
    /// <param name="target">How many there are to be, spare ones not counted.</param>
    /// <param name="only">Do it only if there are still so many; null: in any case.</param>
    /// <param name="stop">Ends the waiting; a worker that has been forked stays, one that was asked to go goes.</param>
    /// <exception cref="ClusterException">A new worker could not be started or did not become ready.</exception>
    internal async Task RunAsync(int target, int? only, CancellationToken stop)
    {
        var (leaving, missing, mustListen) = (Array.Empty<ForkedWorker>(), 0, false);
        await cluster.Loop.RunAsync(() =>
        {
            var serving = cluster.Serving.ToArray();
            if (stop.IsCancellationRequested || (only is { } expected && expected != serving.Length)) return;
            mustListen = serving.Any(w => w.State == WorkerState.Listening);

            // Whoever waits to be restarted has been counted by the one who asks; such a restart is also the first to be done without.
            var waiting = cluster.Keeper.Waiting;
            waiting -= cluster.Keeper.CallOff(Math.Min(waiting, Math.Max(0, serving.Length + waiting - target)));
            leaving = [.. serving.Skip(target)];
            missing = Math.Max(0, target - serving.Length - waiting);
        });
        if (leaving.Length > 0) ScalingLog.Down(cluster.Logger, leaving.Length, target);
        if (missing > 0) ScalingLog.Up(cluster.Logger, missing, target);
        var gone = Task.WhenAll(leaving.Select(w => w.DisconnectAsync(stop)));
        await Task.WhenAll([gone, .. Enumerable.Range(0, missing).Select(_ => StartAsync(mustListen, stop))]);
    }

    private async Task StartAsync(bool mustListen, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var own = settings.Copy();
        var worker = cluster.Fork(new ForkOrder(own)
        {
            History = own.Restart is { } restart ? new RestartHistory(restart) : null,
            Generation = cluster.Generation,
        });
        if (await _check.RunAsync(worker, mustListen, stop) is not { } unfit) return;
        if (unfit.Reason == ReloadFailureReason.Ended) await worker.Gone.WaitAsync(stop);
        var what = unfit.Reason == ReloadFailureReason.Ended ? $"it ended with {worker.End} {unfit.Text}" : unfit.Text;
        throw new ClusterException(ClusterError.ForkFailed, $"New {worker} is not ready: {what}.");
    }
}
