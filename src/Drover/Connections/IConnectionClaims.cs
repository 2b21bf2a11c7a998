namespace Drover.Connections;

/// <summary>How a worker tells that it takes a connection, or will not. Any thread.</summary>
internal interface IConnectionClaims
{
    /// <summary>Whether a connection that is refused goes to another worker; else it ends.</summary>
    bool CanGiveBack { get; }

    /// <summary>True: the connection is this worker's alone, who must say <see cref="Ended"/>. False: it was given to another worker and is closed here.</summary>
    bool TryClaim(AssignedConnection connection);

    /// <summary>Gives a connection back that was not claimed; it is closed here and goes to another worker.</summary>
    void Refuse(AssignedConnection connection);

    /// <summary>Nothing more comes at once: what was claimed may be told now.</summary>
    void Flush();

    /// <summary>A connection that was claimed has ended.</summary>
    void Ended();
}
