using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging;

namespace Drover.Connections;

/// <summary>
/// Accepts on a listening socket that this process has or was lent, into an inbox: the shared policy, and programs that run without a
/// cluster. Owns the socket. Loop thread only.
/// </summary>
internal sealed class AcceptLoop : IReadinessHandler, IDisposable
{
    // Few at a time: what one worker has accepted, no idle one can take any more.
    private const int AcceptsPerTurn = 8;
    private const int MaxWaiting = 64;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly ConnectionInbox _inbox;
    private readonly ILogger _logger;
    private readonly byte[] _address = new byte[128];
    private Watch? _watch;
    private int _paused;
    private bool _closed;

    internal AcceptLoop(EventLoop loop, FileDescriptor socket, ConnectionInbox inbox, ILogger logger)
    {
        _loop = loop;
        _socket = socket;
        _inbox = inbox;
        _logger = logger;
        inbox.RoomAgain = RoomAgain;
    }

    // Exclusive: of all workers that sleep on this socket, a connection wakes one.
    internal void Start() => _watch = _loop.Watch(_socket.Value, Readiness.Readable | Readiness.Exclusive, this);

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _watch?.Dispose();
        _socket.Dispose();
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        for (var accepts = 0; accepts < AcceptsPerTurn; accepts++)
        {
            if (_inbox.Count >= MaxWaiting)
            {
                Volatile.Write(ref _paused, 1);
                Pause();
                return;
            }

            var connection = ListeningSocket.Accept(_socket.Value, _address, out _, out var error);
            if (connection >= 0)
            {
                _inbox.Add(AssignedConnection.Unshared(connection));
                if (!DescriptorLimit.IsNear(connection)) continue;
                error = Errno.TooManyFiles;
            }

            if (error == Errno.ConnectionAborted) continue;
            if (error == Errno.WouldBlock) return;
            Listening.ListeningLog.CannotAccept(_logger, "the listening socket", new SystemCallException("accept4", error).Message);
            Pause();
            _loop.After(ErrorPause, Resume);
            return;
        }
    }

    // epoll cannot change a registration that is exclusive, so it is ended and made anew.
    private void Pause()
    {
        _watch?.Dispose();
        _watch = null;
    }

    private void Resume()
    {
        if (!_closed && _watch is null) Start();
    }

    private void RoomAgain()
    {
        if (Volatile.Read(ref _paused) == 1 && _inbox.Count < MaxWaiting / 2 && Interlocked.Exchange(ref _paused, 0) == 1) _loop.Post(Resume);
    }
}
