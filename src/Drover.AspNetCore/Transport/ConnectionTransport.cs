using System.Buffers;
using System.Net;
using Drover.Connections;
using Drover.Interop;
using Drover.Loop;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Makes Kestrel connections out of bare descriptors, and moves their bytes on its own event loops. System.Net.Sockets is not used:
/// its Socket shuts connections down that other processes hold too, and does not say which epoll set it has put them into.
/// </summary>
internal sealed class ConnectionTransport : IConnectionHolder, IAsyncDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly TransportLoop[] _loops;
    private int _next = -1;

    /// <param name="options">How many loops, and the limits of each connection.</param>
    /// <param name="logger">Says nothing above Debug about a connection that merely ends.</param>
    /// <param name="pools">Kestrel's own, from the service container: pinned blocks that are given back to the system when unused.</param>
    /// <param name="handOff">Where connections go when this worker gives them away; null when there is nobody to have them.</param>
    internal ConnectionTransport(
        ConnectionTransportOptions options, ILogger logger, IMemoryPoolFactory<byte>? pools = null, HandOffReceiver? handOff = null)
    {
        if (options.LoopCount < 1) throw new ArgumentOutOfRangeException(nameof(options), "A transport needs at least one loop.");
        _loops = new TransportLoop[options.LoopCount];
        for (var i = 0; i < _loops.Length; i++)
        {
            var memory = pools?.Create(new MemoryPoolOptions { Owner = "drover" }) ?? MemoryPool<byte>.Shared;
            _loops[i] = new TransportLoop($"drover-io-{i}", options, memory, handOff, logger);
        }
    }

    /// <summary>
    /// The threads of this transport. Accepting on one of them saves a new connection a wake-up, and another thread.
    /// </summary>
    internal IEnumerable<EventLoop> Loops => _loops.Select(loop => loop.Events);

    /// <summary>
    /// Takes an established connection; any thread. The descriptor is the transport's from here on, also when this throws. The caller
    /// must dispose the result, or abort it. End points that are not given are asked of the kernel.
    /// <paramref name="ended"/> is called once, when the descriptor has been closed. With a <paramref name="claim"/> the connection is
    /// claimed only for as long as a request takes.
    /// </summary>
    internal ConnectionContext Accept(
        FileDescriptor descriptor, EndPoint? local = null, EndPoint? remote = null, ConnectionClaim? claim = null, Action? ended = null)
    {
        var loop = _loops.Length == 1 ? _loops[0] : _loops[(uint)Interlocked.Increment(ref _next) % (uint)_loops.Length];

        // Asked at once, not when first wanted: Kestrel wants both of every connection, and later the number may be another's.
        local ??= ListeningSocket.LocalEndPoint(descriptor);
        remote ??= ListeningSocket.RemoteEndPoint(descriptor.Value);
        var connection = new TransportConnection(loop, new ConnectedSocket(descriptor), claim, local, remote, ended);
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

    public void GiveBack(int count)
    {
        foreach (var loop in _loops) loop.Events.Post(() => loop.GiveBack((count / _loops.Length) + 1));
    }

    public void LetGoOfMoved()
    {
        foreach (var loop in _loops) loop.Events.Post(loop.LetGoOfMoved);
    }

    public Task BeginGivingBackAllAsync() => OnEachLoopAsync(loop => loop.BeginGivingBack());

    public async Task UntilAllGivenBackAsync(TimeSpan limit)
    {
        // Looked at now and then, not told by each connection: it happens once in a worker's life.
        var began = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(began) < limit)
        {
            var isLeft = false;
            await OnEachLoopAsync(loop => isLeft |= loop.HasMovable);
            if (!isLeft) return;
            await Task.Delay(Look, TimeProvider.System);
        }
    }

    private async Task OnEachLoopAsync(Action<TransportLoop> call)
    {
        foreach (var loop in _loops)
        {
            try
            {
                await loop.Events.RunAsync(() => call(loop));
            }
            catch (ObjectDisposedException)
            {
                // The application has ended, and its connections with it.
            }
        }
    }

    /// <summary>Breaks off the connections that are still open, waits for their end, and ends the loops.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var loop in _loops) await loop.DisposeAsync();
    }
}
