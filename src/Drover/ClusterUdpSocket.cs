using System.Net;
using System.Net.Sockets;
using Drover.Channels;
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
        Socket = ReceivedSocket.ToSocket(server.Datagrams!.Duplicate());
    }

    /// <summary>The bound socket, to send and receive with.</summary>
    public Socket Socket { get; }

    /// <summary>Where it is bound, with the real port when 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint => (IPEndPoint)_server.LocalEndPoint!;

    /// <summary>Binds.</summary>
    /// <exception cref="SocketException">The address is in use, not permitted, not of this machine.</exception>
    public static Task<ClusterUdpSocket> BindAsync(IPEndPoint endPoint, ClusterListenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        options ??= ClusterListenOptions.Default;
        var request = ListenRequest.For(endPoint, datagram: true, options.IPv6Only, options.ReuseAddress, backlog: 0);
        return BindAsync(request with { ReusePort = options.ReusePort }, options, cancellationToken);
    }

    /// <summary>Uses a UDP socket that the primary inherited or has bound, by its descriptor number there.</summary>
    /// <exception cref="SocketException">The descriptor is not a socket.</exception>
    public static Task<ClusterUdpSocket> BindToDescriptorAsync(int descriptor, CancellationToken cancellationToken = default) =>
        BindAsync(new ListenRequest { Kind = ListenKind.Udp4, Descriptor = descriptor }, ClusterListenOptions.Default, cancellationToken);

    /// <summary>Closes this worker's socket; the port stays open for other workers.</summary>
    public async ValueTask DisposeAsync()
    {
        Socket.Dispose();
        await _host.CloseAsync(_server);
    }

    private static async Task<ClusterUdpSocket> BindAsync(ListenRequest request, ClusterListenOptions options, CancellationToken cancellationToken)
    {
        var (host, server) = await ServerHost.OpenAsync(request, options, inlineContinuations: false, cancellationToken);
        return new ClusterUdpSocket(host, server);
    }
}
