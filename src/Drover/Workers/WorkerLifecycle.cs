using static Drover.Workers.WorkerEffects;

namespace Drover.Workers;

/// <summary>
/// A worker's life as one pure function. It follows Node's cluster module, but for these: a worker stays in <c>Workers</c> until it
/// has both disconnected and exited, also when the primary asked it to; and it never looks ready again once it is draining.
/// </summary>
internal static class WorkerLifecycle
{
    /// <summary>What a worker becomes by an event, and what is to be done about it.</summary>
    internal static (WorkerLife Next, WorkerEffects Effects) On(WorkerLife life, WorkerEvent happened) => happened switch
    {
        WorkerEvent.OnlineReceived when life.IsHeard => OnOnline(life),
        WorkerEvent.ListeningReceived when life.IsHeard => OnListening(life),
        WorkerEvent.DisconnectRequested when life.IsAlive => OnDisconnectRequested(life),
        WorkerEvent.DisconnectAnnounced when life.IsHeard => (Leaving(life), LeaveListeners),
        WorkerEvent.ChannelClosed when life.IsConnected => OnChannelClosed(life),
        WorkerEvent.ProcessExited when life.IsAlive => OnProcessExited(life),
        _ => (life, None),
    };

    private static (WorkerLife, WorkerEffects) OnOnline(WorkerLife life)
    {
        if (life.WasOnline)
            return (life, None);

        var state = life.State == WorkerState.Forked ? WorkerState.Online : life.State;
        return (life with { State = state, WasOnline = true }, RaiseOnline);
    }

    private static (WorkerLife, WorkerEffects) OnListening(WorkerLife life)
    {
        // Who listens is online, whether it has said so or not.
        var (online, effects) = OnOnline(life);

        // A worker may open a server while it drains, if it was about to. That server gets no connections either.
        return life.State == WorkerState.Draining
            ? (online, effects | RaiseListening | LeaveListeners)
            : (online with { State = WorkerState.Listening }, effects | RaiseListening);
    }

    private static (WorkerLife, WorkerEffects) OnDisconnectRequested(WorkerLife life)
    {
        // A draining worker has been asked already or is leaving by itself.
        var mustAsk = life is { IsConnected: true, State: not WorkerState.Draining };
        return (Leaving(life), mustAsk ? LeaveListeners | SendDisconnect : LeaveListeners);
    }

    private static (WorkerLife, WorkerEffects) OnChannelClosed(WorkerLife life)
    {
        var next = life with
        {
            IsConnected = false,
            State = life.IsAlive ? WorkerState.Draining : WorkerState.Exited,
            ExitedAfterDisconnect = life.ExitedAfterDisconnect ?? false,
        };
        return (next, LeaveListeners | RescueConnections | RaiseDisconnect | RemovalAtTheEnd(next));
    }

    private static (WorkerLife, WorkerEffects) OnProcessExited(WorkerLife life)
    {
        var next = life with { State = WorkerState.Exited, ExitedAfterDisconnect = life.ExitedAfterDisconnect ?? false };
        return (next, LeaveListeners | RescueConnections | RaiseExit | RemovalAtTheEnd(next));
    }

    private static WorkerLife Leaving(WorkerLife life) => life with { State = WorkerState.Draining, ExitedAfterDisconnect = true };

    private static WorkerEffects RemovalAtTheEnd(WorkerLife next) => next.IsListed ? None : RemoveFromWorkers;
}
