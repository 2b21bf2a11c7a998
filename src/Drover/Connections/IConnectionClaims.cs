namespace Drover.Connections;

/// <summary>How a worker tells that it takes a connection, or will not. Any thread.</summary>
internal interface IConnectionClaims
{
    /// <summary>Whether a connection that is refused goes to another worker; else it ends.</summary>
    bool CanGiveBack { get; }

    /// <summary>
    /// True: the program has the connection, and must say <see cref="Ended"/>. Where it may keep a connection without having claimed it,
    /// and the primary takes part in that, there is a claim. False: it was given to another worker and is closed here.
    /// </summary>
    bool TryTake(AssignedConnection connection, bool mayKeep, out ConnectionClaim? claim);

    /// <summary>Gives a connection back that was not claimed; it is closed here and goes to another worker.</summary>
    void Refuse(AssignedConnection connection);

    /// <summary>Nothing more comes at once: what was claimed may be told now.</summary>
    void Flush();

    /// <summary>A connection that was taken has ended or gone to another worker.</summary>
    void Ended();
}
