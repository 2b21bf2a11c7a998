namespace Drover.Workers;

/// <summary>Everything that decides what the next event means for a worker. Only <see cref="WorkerLifecycle"/> makes new ones.</summary>
/// <param name="State">Where the worker is in its life.</param>
/// <param name="IsConnected">The channel is open.</param>
/// <param name="WasOnline">It has been reported online: a worker is, once.</param>
/// <param name="ExitedAfterDisconnect">
/// Whether it leaves because somebody wanted it to. Null until that is decided, at the latest by the end of the channel or process.
/// </param>
internal readonly record struct WorkerLife(WorkerState State, bool IsConnected, bool WasOnline, bool? ExitedAfterDisconnect)
{
    /// <summary>A process that has just been started and holds the other end of a channel.</summary>
    internal static WorkerLife Forked => new(WorkerState.Forked, IsConnected: true, WasOnline: false, ExitedAfterDisconnect: null);

    /// <summary>A process that knows nothing of channels: it takes a listening socket, and ends on a signal.</summary>
    internal static WorkerLife ForkedWithoutChannel => Forked with { IsConnected = false };

    /// <summary>The process has not been collected.</summary>
    internal bool IsAlive => State != WorkerState.Exited;

    /// <summary>It is in <c>Workers</c>: until it has disconnected and exited, both.</summary>
    internal bool IsListed => IsConnected || IsAlive;

    /// <summary>
    /// It may still say something. What is left in the channel of a process that is gone is not news, and a channel that
    /// has been closed stays silent.
    /// </summary>
    internal bool IsHeard => IsAlive && (IsConnected || State != WorkerState.Draining);
}
