namespace Drover.Tests.Connections.Model;

/// <summary>How far a request of the client is.</summary>
internal enum Request
{
    NotSent,

    /// <summary>In the kernel's queue of the connection, where whoever holds a descriptor could read it.</summary>
    Queued,

    /// <summary>A worker has read it.</summary>
    Read,

    /// <summary>A worker has executed it.</summary>
    Executed,

    Answered,

    /// <summary>The primary has answered it with 503.</summary>
    Refused,

    /// <summary>Gone with its worker.</summary>
    Lost,
}
