using System.Net;
using System.Net.Sockets;
using Drover.Channels;
using Drover.Connections;
using Drover.Interop;
using Drover.Listening;

namespace Drover;

/// <summary>
/// A TCP or Unix-socket server whose port all workers share. In a worker the primary owns the port and hands connections over; in any
/// other process it listens by itself, so the same code runs with and without a cluster.
/// </summary>
public sealed class ClusterTcpListener : IAsyncDisposable
{
    private readonly IServerHost _host;
    private readonly WorkerServer _server;

    private ClusterTcpListener(IServerHost host, WorkerServer server)
    {
        _host = host;
        _server = server;
    }

    /// <summary>Where it listens, with the real port when 0 was asked for: the same for the n-th such call of every worker.</summary>
    public EndPoint LocalEndPoint => _server.LocalEndPoint!;

    /// <summary>Completes when the listener is closed and the connections that <see cref="AcceptAsync"/> gave have been disposed.</summary>
    public Task Drained => _server.Drained;

    /// <summary>
    /// Begins to listen. In a worker that is disconnecting already the result is a listener that is closed: it has no connections to accept.
    /// </summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="UnixDomainSocketEndPoint"/>.</param>
    /// <param name="options">Default: all defaults.</param>
    /// <param name="cancellationToken">Ends the waiting for the primary's answer.</param>
    /// <exception cref="SocketException">The address is in use, not permitted, not of this machine: as a socket of this process would say.</exception>
    public static Task<ClusterTcpListener> ListenAsync(EndPoint endPoint, ClusterListenOptions? options = null, CancellationToken cancellationToken = default) =>
        ListenAsync(endPoint, options ?? ClusterListenOptions.Default, inlineContinuations: false, cancellationToken);

    /// <summary>Listens on a socket that the primary inherited, by its descriptor number there.</summary>
    /// <exception cref="SocketException">The descriptor is not a socket.</exception>
    public static Task<ClusterTcpListener> ListenOnDescriptorAsync(int descriptor, CancellationToken cancellationToken = default) =>
        ListenAsync(new ListenRequest { Kind = ListenKind.Descriptor, Descriptor = descriptor }, ClusterListenOptions.Default, inlineContinuations: false, cancellationToken);

    /// <summary>
    /// The next connection; null when the listener is closed. Dispose the connection when it has ended: a worker that disconnects waits for that.
    /// </summary>
    public async ValueTask<ClusterConnection?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _server.Inbox!.TakeAsync(mayKeep: false, cancellationToken) is { } taken ? new ClusterConnection(ToSocket(taken.Descriptor), Ended) : null;

    /// <summary>
    /// The next connection as a bare socket; null when the listener is closed. A worker that disconnects does not wait for it.
    /// </summary>
    public async ValueTask<Socket?> AcceptSocketAsync(CancellationToken cancellationToken = default)
    {
        if (await _server.Inbox!.TakeAsync(mayKeep: false, cancellationToken) is not { } taken) return null;
        Ended();
        return ToSocket(taken.Descriptor);
    }

    /// <summary>Takes no more connections; those that were accepted go on. The port stays open for other workers.</summary>
    public ValueTask DisposeAsync() => new(_host.CloseAsync(_server));

    internal static Task<ClusterTcpListener> ListenAsync(
        EndPoint endPoint, ClusterListenOptions options, bool inlineContinuations, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        var request = ListenRequest.For(endPoint, datagram: false, options.IPv6Only, reuseAddress: true, options.Backlog);
        request = request with { ReadableByAll = options.AllUsers, WritableByAll = options.AllUsers, ReusePort = options.ReusePort };
        return ListenAsync(request, options, inlineContinuations, cancellationToken);
    }

    /// <summary>The next connection, which can move whenever it is idle; <see cref="Ended"/> follows when it has ended or moved.</summary>
    internal ValueTask<TakenConnection?> AcceptMovableAsync(CancellationToken cancellationToken) => _server.Inbox!.TakeAsync(mayKeep: true, cancellationToken);

    internal void Ended() => _server.Inbox!.Ended();

    private static async Task<ClusterTcpListener> ListenAsync(
        ListenRequest request, ClusterListenOptions options, bool inlineContinuations, CancellationToken cancellationToken)
    {
        var (host, server) = await ServerHost.OpenAsync(request, options, inlineContinuations, cancellationToken);
        return new ClusterTcpListener(host, server);
    }

    private static Socket ToSocket(FileDescriptor descriptor) => ReceivedSocket.ToSocket(descriptor);
}
