namespace Drover;

/// <summary>What the primary knows about the load of one worker at the moment a connection is given away.</summary>
public readonly record struct WorkerLoad
{
    /// <summary>The worker's <c>Id</c>. Ids grow and are never used twice.</summary>
    public required int WorkerId { get; init; }

    /// <summary>Connections handed to the worker that it has not accepted yet, over all its listen keys.</summary>
    public int PendingHandOffs { get; init; }

    /// <summary>Connections that the worker holds open; 0 where it is not known, as with Node workers.</summary>
    public int OpenConnections { get; init; }

    /// <summary>
    /// Requests that the worker is executing; 0 where it is not known, as with Node workers and with servers that do not
    /// speak HTTP.
    /// </summary>
    public int RequestsInFlight { get; init; }
}
