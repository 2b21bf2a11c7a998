using System.Net;
using System.Net.Sockets;
using System.Text;
using Drover.Connections;
using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging;

namespace Drover.Listening;

/// <summary>A server that this process has open, with all that must be undone when it is closed.</summary>
internal sealed class WorkerServer
{
    internal required string Key { get; init; }

    internal required ListenRequest Request { get; init; }

    internal EndPoint? LocalEndPoint { get; init; }

    /// <summary>Null for UDP.</summary>
    internal ConnectionInbox? Inbox { get; init; }

    internal int? Number { get; init; }

    internal AcceptLoop? AcceptLoop { get; init; }

    /// <summary>The shared UDP socket.</summary>
    internal FileDescriptor? Datagrams { get; init; }

    /// <summary>The file of a Unix socket that this process has made and removes.</summary>
    internal string? SocketFile { get; init; }

    /// <summary>Bound by this process itself: the primary knows nothing of it.</summary>
    internal bool IsOwn { get; init; }

    internal bool IsClosed { get; set; }

    /// <summary>Completes when the connections that the program took have ended.</summary>
    internal Task Drained => Inbox?.Drained ?? Task.CompletedTask;

    /// <summary>Binds in this process and begins to accept on the loop. Loop thread only.</summary>
    /// <exception cref="SocketException">The reason for which the address cannot be listened on.</exception>
    internal static WorkerServer OpenOwn(ListenRequest request, ClusterListenOptions options, bool inlineContinuations, EventLoop loop, ILogger logger)
    {
        var error = BoundSocket.TryOpen(request, out var bound);
        if (error != Errno.None) throw SocketErrors.Exception(error);
        var key = $"own:{bound!.Socket.Value}:{request.Key()}";
        if (request.IsDatagram) return new WorkerServer { Key = key, Request = request, IsOwn = true, Datagrams = bound.Socket, LocalEndPoint = bound.LocalEndPoint };
        var inbox = new ConnectionInbox(new PlainClaims(), options.MaxConnections, options.DropConnectionsAboveMax, inlineContinuations);
        var server = new WorkerServer
        {
            Key = key,
            Request = request,
            IsOwn = true,
            Inbox = inbox,
            AcceptLoop = new AcceptLoop(loop, bound.Socket, inbox, logger),
            LocalEndPoint = bound.LocalEndPoint,
            SocketFile = bound.SocketFile,
        };
        server.AcceptLoop.Start();
        return server;
    }

    /// <summary>
    /// What a worker gets that was told to end while it starts: a server that is closed already, so that the program takes the same way
    /// out as if it had been told a moment later.
    /// </summary>
    /// <exception cref="OperationCanceledException">It asks for a UDP socket, for which there is no such thing.</exception>
    internal static WorkerServer OpenClosed(ListenRequest request, ClusterListenOptions options)
    {
        if (request.IsDatagram) throw new OperationCanceledException("The worker is disconnecting; it binds no more sockets.");
        var server = new WorkerServer
        {
            Key = "",
            Request = request,
            Inbox = new ConnectionInbox(new PlainClaims(), options.MaxConnections, options.DropConnectionsAboveMax, inlineContinuations: false),
            LocalEndPoint = request.Kind switch
            {
                ListenKind.Unix => UnixEndPoint(request),
                ListenKind.Tcp4 => new IPEndPoint(request.Address is { } address ? IPAddress.Parse(address) : IPAddress.Any, request.Port ?? 0),
                ListenKind.Tcp6 => new IPEndPoint(request.Address is { } address ? IPAddress.Parse(address) : IPAddress.IPv6Any, request.Port ?? 0),
                _ => null,
            },
        };
        server.Close();
        return server;
    }

    /// <summary>Null for a path that is too long for a socket address: it is bound by the primary all the same, and has no end point to show.</summary>
    internal static UnixDomainSocketEndPoint? UnixEndPoint(ListenRequest request) =>
        Encoding.UTF8.GetByteCount(request.Address!) <= BoundSocket.LongestUnixPath ? new UnixDomainSocketEndPoint(request.Address!) : null;

    /// <summary>
    /// Stops accepting and closes what is this process's own. Loop thread only. <paramref name="leaving"/>: connections that nobody else
    /// can serve are left to the program.
    /// </summary>
    internal void Close(bool leaving = false)
    {
        IsClosed = true;
        AcceptLoop?.Dispose();
        Inbox?.Close(leaving);
        Datagrams?.Dispose();
        if (SocketFile is { } file) _ = Libc.unlink(file);
    }
}
