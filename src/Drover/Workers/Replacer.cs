namespace Drover.Workers;

/// <summary>
/// Puts a new worker in the place of an old one. Meanwhile the self-healing leaves both alone, so that there is never a third; in the end
/// one of the two is the instance.
/// </summary>
/// <param name="cluster">Whose workers they are.</param>
/// <param name="options">What makes a new worker ready.</param>
/// <param name="orderFor">What the new worker for an old one is forked with.</param>
internal sealed class Replacer(ClusterCore cluster, ReloadOptions options, Func<ForkedWorker, ForkOrder> orderFor)
{
    // A new worker that is not wanted has no connections yet; it has nothing to finish.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly ReadinessCheck _check = new(options, cluster.Time);

    /// <summary>Starts the successor and waits until it serves in the old worker's place, or has failed and ended.</summary>
    /// <param name="old">The worker to replace.</param>
    /// <param name="endsOldFirst">Ends the old worker before the new one is started, instead of afterwards.</param>
    /// <param name="stop">Stops waiting for the successor, which ends then, and the old worker stays.</param>
    /// <param name="clusterEnds">The cluster itself ends: no worker is started any more for any reason.</param>
    internal async Task<ReplacementOutcome> ReplaceAsync(ForkedWorker old, bool endsOldFirst, CancellationToken stop, CancellationToken clusterEnds)
    {
        RestartHistory? history = null;
        var isThere = false;
        var mustListen = false;
        await cluster.Loop.RunAsync(() =>
        {
            if (old.State is WorkerState.Draining or WorkerState.Exited || stop.IsCancellationRequested) return;
            isThere = true;
            mustListen = old.State == WorkerState.Listening;
            history = old.History;
            old.History = null;
        });
        if (!isThere) return default;

        var (successor, unfit) = await StartAsync(old, endsOldFirst, mustListen, stop);
        if (unfit is null && await TryTakeOverAsync(old, successor!)) return new ReplacementOutcome(successor, Failure: null);
        unfit ??= new Unfitness(ReloadFailureReason.Ended, "soon after it had become ready");
        await StayAsync(old, history, endsOldFirst, clusterEnds);
        return new ReplacementOutcome(Successor: null, await FailAsync(successor, unfit));
    }

    private async Task<(ForkedWorker? Successor, Unfitness? Unfit)> StartAsync(
        ForkedWorker old, bool endsOldFirst, bool mustListen, CancellationToken stop)
    {
        ForkedWorker? successor = null;
        try
        {
            if (endsOldFirst) await old.DisconnectAsync(stop);
            stop.ThrowIfCancellationRequested();
            successor = cluster.Fork(orderFor(old) with { History = null, IsWithheld = true, IsSpare = false });
            var unfit = await _check.RunAsync(successor, mustListen, stop);
            if (unfit is not null) return (successor, unfit);
            await cluster.Loop.RunAsync(() =>
            {
                if (!old.IsSpare) successor.Activate();
            });
            return (successor, await _check.SettleAsync(successor, stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (successor, new Unfitness(ReloadFailureReason.Interrupted, "the reload was stopped"));
        }
        catch (Exception exception) when (successor is null)
        {
            return (null, new Unfitness(ReloadFailureReason.NotStarted, exception.Message));
        }
    }

    /// <summary>The successor is the instance from now on. False: it has just ended.</summary>
    private async Task<bool> TryTakeOverAsync(ForkedWorker old, ForkedWorker successor)
    {
        var lives = false;
        await cluster.Loop.RunAsync(() =>
        {
            lives = successor.State is not (WorkerState.Draining or WorkerState.Exited);
            if (!lives) return;

            // A spare worker may have come into use meanwhile.
            if (old.IsSpare)
            {
                successor.BecomeSpare();
                return;
            }

            successor.Activate();
            old.History = null;
            if (successor.Settings.Restart is { } restart) successor.History = new RestartHistory(restart);
        });
        return lives;
    }

    private Task StayAsync(ForkedWorker old, RestartHistory? history, bool wasEnded, CancellationToken clusterEnds) => cluster.Loop.RunAsync(() =>
    {
        old.History ??= history;
        if (clusterEnds.IsCancellationRequested || cluster.IsEnding) return;

        // The one that was ended for the sake of the new one comes back as it was; any other may have died while nobody was responsible for it.
        if (old.IsSpare) cluster.Spares?.Fill();
        else if (wasEnded) ForkAgain(old);
        else if (old.End is not null) cluster.Keeper.OnExited(old, tell: () => { });
    });

    private void ForkAgain(ForkedWorker old)
    {
        try
        {
            cluster.Fork(cluster.OrderAgain(old, old.History));
        }
        catch (ClusterException exception)
        {
            WorkerLog.RestartFailed(cluster.Logger, old.Id, exception.Message);
        }
    }

    private async Task<ReloadFailure> FailAsync(ForkedWorker? successor, Unfitness unfit)
    {
        if (successor is null) return new ReloadFailure(unfit.Reason, $"no new worker could be started: {unfit.Text}");
        await EndAsync(successor);
        var text = unfit.Reason == ReloadFailureReason.Ended ? $"it ended with {successor.End} {unfit.Text}" : unfit.Text;
        return new ReloadFailure(unfit.Reason, $"new {successor}: {text}", successor, successor.LastErrorLines);
    }

    private async Task EndAsync(ForkedWorker successor)
    {
        _ = successor.DisconnectAsync();
        await Task.WhenAny(successor.Gone, Task.Delay(EndPatience, cluster.Time));
        if (!successor.Gone.IsCompleted) successor.Kill(Signal.SIGKILL);
        await successor.Gone;
        await Task.WhenAny(successor.ErrorsPassedOn, Task.Delay(LastWords, cluster.Time));
    }
}
