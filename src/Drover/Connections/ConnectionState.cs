namespace Drover.Connections;

/// <summary>The state in a word of the connection table.</summary>
internal enum ConnectionState : byte
{
    /// <summary>The word stands for no connection.</summary>
    Free = 0,

    /// <summary>Handed off, not yet taken by the worker's program: the primary may give it to another worker.</summary>
    Assigned = 1,

    /// <summary>The worker's program has it as a bare socket; the primary keeps no descriptor and the connection ends with the worker.</summary>
    Taken = 2,

    /// <summary>Between requests, nothing unread by the worker: it may go to another worker at any time.</summary>
    Idle = 3,

    /// <summary>A request has been claimed and read, no byte of its answer is written.</summary>
    Busy = 4,

    /// <summary>Part of an answer is written.</summary>
    Answering = 5,

    /// <summary>Its state lives in the worker (TLS, HTTP/2, upgraded, a protocol that is not HTTP): it cannot move.</summary>
    Pinned = 6,

    /// <summary>The worker has let go of it and asks for another worker.</summary>
    Returned = 7,

    /// <summary>It has been ended, for the client too.</summary>
    Ended = 8,
}
