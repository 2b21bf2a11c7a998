using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Drover.AspNetCore.Transport;
using Drover.Interop;
using Drover.Loop;
using Microsoft.AspNetCore.Connections;

namespace Drover.AspNetCore.Tests.Serving;

/// <summary>Accepts on the transport's own loop, as a worker receives connections, and queues them for Kestrel.</summary>
internal sealed class LoopListener : IConnectionListener, IReadinessHandler
{
    private readonly Channel<ConnectionContext> _queue = Channel.CreateUnbounded<ConnectionContext>();
    private readonly ConnectionTransport _transport;
    private readonly FileDescriptor _socket;
    private readonly EventLoop _loop;
    private Watch? _watch;

    private LoopListener(FileDescriptor socket, ConnectionTransport transport, EndPoint endPoint)
    {
        _socket = socket;
        _transport = transport;
        _loop = transport.Loops.First();
        EndPoint = endPoint;
    }

    public EndPoint EndPoint { get; }

    internal static async ValueTask<LoopListener> BindAsync(EndPoint endPoint, ConnectionTransport transport)
    {
        Assert.Equal(Errno.None, ListeningSocket.TryBind(endPoint, datagram: false, ipv6Only: false, reuseAddress: true, out var socket));
        Assert.Equal(Errno.None, ListeningSocket.TryListen(socket!, 1024));
        var bound = endPoint is UnixDomainSocketEndPoint ? endPoint : ListeningSocket.LocalEndPoint(socket!)!;
        var listener = new LoopListener(socket!, transport, bound);
        await listener._loop.RunAsync(() => listener._watch = listener._loop.Watch(socket!.Value, Readiness.Readable, listener));
        return listener;
    }

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_queue.Reader.TryRead(out var connection)) return connection;
        }

        return null;
    }

    public void OnReady(Readiness readiness)
    {
        Span<byte> address = stackalloc byte[128];
        int number;
        while ((number = ListeningSocket.Accept(_socket.Value, address, out _, out _)) >= 0)
        {
            _queue.Writer.TryWrite(_transport.Accept(new FileDescriptor(number)));
        }
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _loop.RunAsync(() => _watch!.Dispose());
        _queue.Writer.TryComplete();
    }

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        _socket.Dispose();
    }
}
