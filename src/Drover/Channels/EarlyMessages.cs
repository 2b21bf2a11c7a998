using Drover.Interop;

namespace Drover.Channels;

/// <summary>
/// What is said to a peer that has not said yet what it is: each line in both forms, in order, until the peer's first line tells which
/// it understands. Sent as plain JSON, a message to a C# program would lose its type and go to every handler that it fits.
/// </summary>
internal sealed class EarlyMessages
{
    private readonly IpcChannel _channel;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<(byte[] Plain, byte[] Typed, FileDescriptor? Socket)> _lines = new();
    private volatile bool _isOpen;
    private long _bytes;

    internal EarlyMessages(IpcChannel channel, bool isOpen)
    {
        _channel = channel;
        _isOpen = isOpen;
        if (!isOpen) _over.SetResult();
    }

    /// <summary>Whether the peer is still unknown. It becomes known once, and then every line goes to the channel itself.</summary>
    internal bool IsOpen => _isOpen;

    /// <summary>False when the peer has become known or has gone: nothing was taken. Otherwise the socket belongs to this from now on.</summary>
    internal bool TryAdd(byte[] plain, byte[] typed, FileDescriptor? socket)
    {
        lock (_lock)
        {
            if (!_isOpen) return false;
            _lines.Enqueue((plain, typed, socket));
            _bytes += typed.Length;
            return true;
        }
    }

    /// <summary>The same back-pressure as the channel's.</summary>
    internal async ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Read(ref _bytes) > IpcChannel.HighWaterMark) await _over.Task.WaitAsync(cancellationToken);
        await _channel.WaitForRoomAsync(cancellationToken);
    }

    /// <summary>The peer is known, or the channel has ended and takes nothing: what waits is sent, before all that comes later.</summary>
    internal void Conclude(bool peerIsDrover)
    {
        lock (_lock)
        {
            while (_lines.TryDequeue(out var line))
            {
                var bytes = peerIsDrover ? line.Typed : line.Plain;
                if (line.Socket is null) _channel.Send(bytes);
                else _channel.Send(NodeLines.Handle(HandleTypes.Socket, bytes), line.Socket);
            }

            _isOpen = false;
        }

        _over.TrySetResult();
    }
}
