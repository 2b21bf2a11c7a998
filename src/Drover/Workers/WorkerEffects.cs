namespace Drover.Workers;

/// <summary>
/// What the primary has to do after a <see cref="WorkerEvent"/>. Do it in the order of declaration: a handler of the user's
/// then finds everything settled that its event stands for.
/// </summary>
[Flags]
internal enum WorkerEffects
{
    None = 0,

    /// <summary>Give the worker no more connections, on any listen key. May be asked for again; once is enough.</summary>
    LeaveListeners = 1,

    /// <summary>Give the connections that were handed to it and that it has not accepted to other workers.</summary>
    RescueConnections = 1 << 1,

    /// <summary>Ask the worker, over its channel, to close its servers and to disconnect.</summary>
    SendDisconnect = 1 << 2,

    /// <summary>Take it out of <c>Workers</c>.</summary>
    RemoveFromWorkers = 1 << 3,

    RaiseOnline = 1 << 4,
    RaiseListening = 1 << 5,
    RaiseDisconnect = 1 << 6,
    RaiseExit = 1 << 7,
}
