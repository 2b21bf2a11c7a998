using Drover.Listening;

namespace Drover.Connections;

/// <summary>
/// The way by which connections reach one worker. Until the worker has taken a connection the primary's own descriptor is kept here,
/// so that the connection can go to another worker. Loop thread only.
/// </summary>
internal interface IHandOff
{
    /// <summary>Connections sent and not yet taken.</summary>
    int Pending { get; }

    /// <summary>Whether one more may be sent now.</summary>
    bool HasRoom { get; }

    /// <summary>What the worker says about itself; zeros where it cannot.</summary>
    (int OpenConnections, int RequestsInFlight) Load { get; }

    /// <summary>Whether connections stay movable in the worker's hands.</summary>
    bool CanKeep { get; }

    /// <summary>Connections that the worker has and that can move to another one.</summary>
    int Kept { get; }

    /// <summary>Asks the worker for idle connections, for others.</summary>
    void AskBack(int count);

    /// <summary>Sends a connection, at the latest with the next <see cref="Flush"/>; owns the descriptor from now on.</summary>
    void Send(DispatchedServer server, int connection);

    void Flush();

    /// <summary>The worker takes nothing for a while: gives what it has not taken to the others, if there are any.</summary>
    void RevokeStalled(TimeSpan olderThan);

    /// <summary>The worker is gone: everything that it has not taken goes back to its server, the rest is closed.</summary>
    void Rescue();
}
