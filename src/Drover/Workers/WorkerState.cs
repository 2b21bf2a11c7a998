namespace Drover;

/// <summary>Where a worker is in its life. It only ever moves forward.</summary>
public enum WorkerState
{
    /// <summary>The process has been started and has not been heard of.</summary>
    Forked,

    /// <summary>The worker's runtime is up. The program itself may still fail on its first line.</summary>
    Online,

    /// <summary>The worker has opened its first server: it is ready for connections.</summary>
    Listening,

    /// <summary>The worker finishes what it has and gets nothing new, because it is to disconnect or has disconnected.</summary>
    Draining,

    /// <summary>The process has ended.</summary>
    Exited,
}
