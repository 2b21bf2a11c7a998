using System.Net;
using System.Net.Sockets;
using Drover.Listening;

namespace Drover;

/// <summary>
/// A UDP socket that all workers share: each datagram goes to whichever worker the operating system wakes. In a process that is no
/// worker it is an ordinary bound socket.
/// </summary>
public sealed class ClusterUdpSocket : IAsyncDisposable
{
    private readonly IServerHost _host;
    private readonly WorkerServer _server;

    private ClusterUdpSocket(IServerHost host, WorkerServer server)
    {
        _host = host;
        _server = server;
        Socket = new Socket(new SafeSocketHandle(server.Datagrams!.Duplicate().Release(), ownsHandle: true));
    }

    /// <summary>The bound socket, to send and receive with.</summary>
    public Socket Socket { get; }

    /// <summary>Where it is bound, with the real port when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_server.LocalEndPoint!;

    /// <summary>Binds.</summary>
    /// <exception cref="SocketException">The address is in use, not permitted, not of this machine.</exception>
    public static async Task<ClusterUdpSocket> BindAsync(IPEndPoint endPoint, ClusterListenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= ClusterListenOptions.Default;
        var host = ServerHost.Current;
        var request = ListenRequest.For(endPoint, datagram: true, options.IPv6Only, options.ReuseAddress, backlog: 0);
        return new ClusterUdpSocket(host, await host.ListenAsync(request, options, inlineContinuations: false).WaitAsync(cancellationToken));
    }

    /// <summary>Closes this worker's socket; the port stays open for other workers.</summary>
    public ValueTask DisposeAsync()
    {
        Socket.Dispose();
        _host.Close(_server);
        return ValueTask.CompletedTask;
    }
}
