using System.Text;
using Drover.Interop;
using Drover.Loop;

namespace Drover.Connections;

/// <summary>
/// Answers the requests of a worker that died over them: 503, so that the client knows at once and may try again. Owns these
/// connections until the client has read the answer. Loop thread only.
/// </summary>
internal sealed class UnansweredRequests(EventLoop loop, TimeProvider time) : IDisposable
{
    // Closing while bytes of the request are unread would be a reset, which takes the answer away from a client that has not read it yet.
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(2);

    private readonly HashSet<Farewell> _open = [];

    internal int Count => _open.Count;

    /// <summary>Owns the descriptor from now on.</summary>
    internal void Answer(int connection)
    {
        // Small enough for any socket's buffer: nothing else has been written for this request.
        var answer = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\nDate: {time.GetUtcNow():R}\r\nRetry-After: 1\r\n\r\n");
        var socket = new ConnectedSocket(new FileDescriptor(connection));
        socket.Send(new(answer), out _);
        socket.EndOutput();
        var farewell = new Farewell(this, socket);
        _open.Add(farewell);
        farewell.Begin();
    }

    public void Dispose()
    {
        foreach (var farewell in _open.ToArray()) farewell.Dispose();
    }

    private sealed class Farewell(UnansweredRequests owner, ConnectedSocket socket) : IReadinessHandler, IDisposable
    {
        private Watch? _watch;
        private ScheduledCall? _limit;

        internal void Begin()
        {
            _limit = owner.Loop.After(LongestFarewell, Dispose);
            _watch = owner.Loop.Watch(socket.Value, Readiness.Readable, this);
        }

        void IReadinessHandler.OnReady(Readiness readiness)
        {
            Span<byte> unread = stackalloc byte[4096];
            for (var reads = 0; reads < 16; reads++)
            {
                var count = socket.Receive(unread, out var error);
                if (count > 0) continue;
                if (count < 0 && error == Errno.WouldBlock) return;
                Dispose();
                return;
            }
        }

        public void Dispose()
        {
            if (!owner._open.Remove(this)) return;
            _limit?.Dispose();
            _watch?.Dispose();
            socket.ShutDown();
            socket.Dispose();
        }
    }

    private EventLoop Loop => loop;
}
