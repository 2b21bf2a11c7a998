using System.Buffers;
using System.Net;
using Drover.Interop;
using Drover.Loop;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Makes Kestrel connections out of bare descriptors, and moves their bytes on its own event loops. System.Net.Sockets is not used:
/// its Socket shuts connections down that other processes hold too, and does not say which epoll set it has put them into.
/// </summary>
internal sealed class ConnectionTransport : IAsyncDisposable
{
    private readonly TransportLoop[] _loops;
    private int _next = -1;

    /// <param name="options">How many loops, and the limits of each connection.</param>
    /// <param name="logger">Says nothing above Debug about a connection that merely ends.</param>
    /// <param name="pools">Kestrel's own, from the service container: pinned blocks that are given back to the system when unused.</param>
    internal ConnectionTransport(ConnectionTransportOptions options, ILogger logger, IMemoryPoolFactory<byte>? pools = null)
    {
        if (options.LoopCount < 1) throw new ArgumentOutOfRangeException(nameof(options), "A transport needs at least one loop.");
        _loops = new TransportLoop[options.LoopCount];
        for (var i = 0; i < _loops.Length; i++)
        {
            var memory = pools?.Create(new MemoryPoolOptions { Owner = "drover" }) ?? MemoryPool<byte>.Shared;
            _loops[i] = new TransportLoop($"drover-io-{i}", options, memory, logger);
        }
    }

    /// <summary>
    /// The threads of this transport. Accepting on one of them saves a new connection a wake-up, and another thread.
    /// </summary>
    internal IEnumerable<EventLoop> Loops => _loops.Select(loop => loop.Events);

    /// <summary>
    /// Takes an established connection; any thread. The descriptor is the transport's from here on, also when this throws. The caller
    /// must dispose the result, or abort it. End points that are not given are asked of the kernel.
    /// <paramref name="ended"/> is called once, when the descriptor has been closed.
    /// </summary>
    internal ConnectionContext Accept(FileDescriptor descriptor, EndPoint? local = null, EndPoint? remote = null, Action? ended = null)
    {
        var loop = _loops.Length == 1 ? _loops[0] : _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length];

        // Asked at once, not when first wanted: Kestrel wants both of every connection, and later the number may be another's.
        local ??= ListeningSocket.LocalEndPoint(descriptor);
        remote ??= ListeningSocket.RemoteEndPoint(descriptor.Value);
        var connection = new TransportConnection(loop, new ConnectedSocket(descriptor), local, remote, ended);
        if (loop.Events.IsCurrent)
        {
            loop.Add(connection);
        }
        else if (!loop.Events.Post(() => loop.Add(connection)))
        {
            descriptor.Dispose();
            throw new ObjectDisposedException(nameof(ConnectionTransport));
        }

        return connection;
    }

    /// <summary>Breaks off the connections that are still open, waits for their end, and ends the loops.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.DisposeAsync();
    }
}
