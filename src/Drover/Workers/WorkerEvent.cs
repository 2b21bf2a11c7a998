namespace Drover.Workers;

/// <summary>What can happen to a worker, as the primary sees it.</summary>
internal enum WorkerEvent
{
    /// <summary>The worker says that its runtime is up.</summary>
    OnlineReceived,

    /// <summary>The worker says that one of its servers listens.</summary>
    ListeningReceived,

    /// <summary>The program on the primary's side wants the worker to disconnect.</summary>
    DisconnectRequested,

    /// <summary>The worker says that it is about to leave by its own decision.</summary>
    DisconnectAnnounced,

    /// <summary>The channel has ended, and everything that came before the end has been dealt with.</summary>
    ChannelClosed,

    /// <summary>The process has ended and its exit code has been collected.</summary>
    ProcessExited,
}
