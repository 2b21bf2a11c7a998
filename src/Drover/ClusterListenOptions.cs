namespace Drover;

/// <summary>How a server listens.</summary>
public sealed class ClusterListenOptions
{
    internal static readonly ClusterListenOptions Default = new();

    /// <summary>
    /// How many connections may wait in the kernel's queue; 0 (the default) for 511. The system's own limit is <c>net.core.somaxconn</c>.
    /// The first worker to listen on a port decides.
    /// </summary>
    public int Backlog { get; set; }

    /// <summary>For <c>[::]</c>: leave IPv4 alone instead of serving both. Default false.</summary>
    public bool IPv6Only { get; set; }

    /// <summary>
    /// How many connections this process may have open on this server; further ones go to other workers. Null (the default): no limit.
    /// </summary>
    public int? MaxConnections { get; set; }

    /// <summary>Close connections above <see cref="MaxConnections"/> instead of leaving them to other workers. Default false.</summary>
    public bool DropConnectionsAboveMax { get; set; }

    /// <summary>For a Unix socket: let every user of the machine connect. Default false: as the umask says.</summary>
    public bool AllUsers { get; set; }

    /// <summary>For UDP: let several sockets share the port (SO_REUSEADDR). Default false.</summary>
    public bool ReuseAddress { get; set; }

    /// <summary>
    /// Bind in this process with SO_REUSEPORT, past the primary: the kernel spreads connections over all sockets that do so, and those
    /// that wait for a worker that dies are lost. No <c>listening</c> event, and no policy. Not for Unix sockets. Default false.
    /// </summary>
    public bool ReusePort { get; set; }
}
