using Drover.Interop;
using Drover.Loop;

namespace Drover.Channels;

/// <summary>
/// One end of the channel between primary and worker: lines of JSON and descriptors over a Unix socket pair, both ways. Reading
/// happens on the loop's thread; sending is allowed from any.
/// </summary>
internal sealed class IpcChannel : IReadinessHandler, IDisposable
{
    internal const int MaxLineBytes = 256 * 1024 * 1024;

    private const int NoTag = -1;

    // How much one readable event may read before other descriptors get their turn.
    private const int ReadsPerTurn = 1;

    // A sender that finds a write this recent leaves its line to the loop, which then writes many at once.
    private static readonly TimeSpan CoalescingWindow = TimeSpan.FromMicroseconds(100);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(10);

    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly IChannelOwner _owner;
    private readonly TimeProvider _time;
    private readonly LineBuffer _lines = new(MaxLineBytes);
    private readonly Queue<FileDescriptor> _received = new();
    private readonly Lock _sendLock = new();
    private readonly Outbox _outbox = new();
    private readonly Queue<int> _handles = new();
    private readonly Queue<(long Below, TaskCompletionSource Waiter)> _senders = new();
    private Watch? _watch;
    private long _lastWrite;
    private bool _flushPosted;
    private bool _waitsForWritable;
    private bool _closed;
    private bool _readingPaused;
    private int _corks;

    /// <summary>Owns <paramref name="socket"/> from now on.</summary>
    internal IpcChannel(EventLoop loop, FileDescriptor socket, IChannelOwner owner, TimeProvider? time = null)
    {
        _loop = loop;
        _socket = socket;
        _owner = owner;
        _time = time ?? TimeProvider.System;
        socket.SetNonBlocking();
    }

    /// <summary>More unsent bytes than this and <see cref="WaitForRoomAsync"/> waits.</summary>
    internal static long HighWaterMark => 1024 * 1024;

    internal bool IsOpen => !Volatile.Read(ref _closed);

    /// <summary>Begins to read. Loop thread only.</summary>
    internal void Start() => _watch = _loop.Watch(_socket.Value, Interest(), this);

    /// <summary>The next descriptor that came with a line, which the caller owns; null when none came.</summary>
    internal FileDescriptor? TakeDescriptor() => _received.TryDequeue(out var descriptor) ? descriptor : null;

    /// <summary>
    /// Sends a line (without line feed). The descriptor belongs to the channel from now on. False when the channel has ended: nothing
    /// was sent and the descriptor is closed.
    /// </summary>
    internal bool Send(ReadOnlySpan<byte> line, FileDescriptor? descriptor = null)
    {
        lock (_sendLock)
        {
            if (_closed)
            {
                descriptor?.Dispose();
                return false;
            }

            _outbox.Add(line, descriptor);
            if (descriptor is not null) _handles.Enqueue(NoTag);
            WriteSoon();
            return true;
        }
    }

    /// <summary>
    /// Sends a line with a descriptor that stays the caller's, who must keep it open until the peer has answered or the channel has ended.
    /// </summary>
    internal bool SendBorrowed(ReadOnlySpan<byte> line, int descriptor, int tag)
    {
        lock (_sendLock)
        {
            if (_closed) return false;
            _outbox.AddBorrowed(line, descriptor);
            _handles.Enqueue(tag);
            WriteSoon();
            return true;
        }
    }

    /// <summary>
    /// The peer has answered the oldest line with a descriptor; the tag it was sent with, or null for those without one. The answers
    /// come in the order of the lines.
    /// </summary>
    internal int? HandleAnswered()
    {
        lock (_sendLock) return _handles.TryDequeue(out var tag) && tag != NoTag ? tag : null;
    }

    /// <summary>Holds lines back until the same number of <see cref="Uncork"/>, so that the answers of a batch leave in one write.</summary>
    internal void Cork()
    {
        lock (_sendLock) _corks++;
    }

    internal void Uncork()
    {
        lock (_sendLock)
        {
            if (--_corks > 0 || _closed || _outbox.IsEmpty || _waitsForWritable) return;
            WriteOut();
        }
    }

    /// <summary>Back-pressure: completes at once while little is unsent, else when the peer has read enough or the channel has ended.</summary>
    internal ValueTask WaitForRoomAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_sendLock)
        {
            if (_closed || _outbox.Bytes <= HighWaterMark) return ValueTask.CompletedTask;
            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _senders.Enqueue((HighWaterMark / 2, waiter));
        }

        return new ValueTask(waiter.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Completes when everything sent so far has been given to the kernel, or the channel has ended.</summary>
    internal Task FlushAsync()
    {
        lock (_sendLock)
        {
            if (_closed || _outbox.IsEmpty) return Task.CompletedTask;
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _senders.Enqueue((0, waiter));
            if (!_waitsForWritable && !_flushPosted) PostFlush();
            return waiter.Task;
        }
    }

    /// <summary>Stops reading until <see cref="ResumeReading"/>: the receiver has more than it can handle. Loop thread only.</summary>
    internal void PauseReading()
    {
        _readingPaused = true;
        UpdateInterest();
    }

    internal void ResumeReading()
    {
        _readingPaused = false;
        UpdateInterest();
    }

    /// <summary>Ends the channel from this side. Loop thread only; idempotent; the owner is not told.</summary>
    public void Dispose()
    {
        lock (_sendLock)
        {
            if (_closed) return;
            _closed = true;
            _watch?.Dispose();
            _outbox.Dispose();
            _socket.Dispose();
            while (_senders.TryDequeue(out var sender)) sender.Waiter.TrySetResult();
        }

        while (_received.TryDequeue(out var descriptor)) descriptor.Dispose();
    }

    /// <summary>Reads what is still in the socket, as after the peer's death, and then ends. Loop thread only.</summary>
    internal void DrainAndClose()
    {
        if (_closed) return;
        _readingPaused = false;
        Read(int.MaxValue, closeWhenDry: true);
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        if (readiness.HasFlag(Readiness.Writable))
        {
            lock (_sendLock)
            {
                if (_closed) return;
                _waitsForWritable = false;
                WriteOut();
                UpdateInterest();
            }
        }

        // epoll reports the end even to those who do not ask: a paused reader has to take the rest now, or this would spin.
        if ((readiness & (Readiness.HangUp | Readiness.Error)) != Readiness.None) _readingPaused = false;
        if ((readiness & ~Readiness.Writable) != Readiness.None) Read(ReadsPerTurn, closeWhenDry: false);
    }

    private void Read(int turns, bool closeWhenDry)
    {
        Span<int> numbers = stackalloc int[DescriptorMessage.MaxDescriptors];
        try
        {
            // What a dead peer has left is taken in whole: it says which connections were that peer's.
            while (turns-- > 0 && !_closed && (closeWhenDry || !_readingPaused))
            {
                var space = _lines.FreeSpace();
                var count = DescriptorMessage.Receive(_socket.Value, space, numbers, out var arrived, out var error);
                foreach (var number in numbers[..arrived]) _received.Enqueue(new FileDescriptor(number));
                if (count == 0) throw new EndOfStreamException();
                if (count < 0)
                {
                    if (error != Errno.WouldBlock) throw new SystemCallException("recvmsg", error);
                    if (closeWhenDry) throw new EndOfStreamException();
                    break;
                }

                _lines.Received(count);
                while (!_closed && _lines.TryRead(out var line)) _owner.OnLine(line);
                if (_received.Count > 0) CloseStrays();
                if (count < space.Length && !closeWhenDry) break;
            }

            if (!_closed) _owner.OnBatchEnd();
        }
        catch (Exception exception)
        {
            // Of whatever kind: after a line that could not be dealt with nobody knows what the peer believes, so the channel is no use any more.
            if (_closed) return;
            _owner.OnBatchEnd();
            Dispose();
            _owner.OnClosed(exception switch
            {
                EndOfStreamException or SystemCallException { Errno: Errno.ConnectionReset } => null,
                ChannelProtocolException or SystemCallException => exception,
                _ => new ChannelProtocolException($"a message that could not be dealt with ({exception.GetType().Name}: {exception.Message})"),
            });
        }
    }

    // A descriptor arrives with the first byte of its line, so those left over when all lines were whole belong to none. Kept, they would
    // fill the table of this process.
    private void CloseStrays()
    {
        if (_lines.Pending > 0 && _received.Count <= DescriptorMessage.MaxDescriptors) return;
        while (_received.TryDequeue(out var stray)) stray.Dispose();
    }

    // Under the lock.
    private void WriteSoon()
    {
        if (_corks > 0 || _waitsForWritable || _flushPosted) return;
        if (_time.GetElapsedTime(_lastWrite) < CoalescingWindow && !_loop.IsCurrent) PostFlush();
        else WriteOut();
    }

    // Under the lock.
    private void PostFlush(TimeSpan delay = default)
    {
        if (_flushPosted) return;
        _flushPosted = true;
        _loop.Post(delay == default ? FlushPosted : () => _loop.After(delay, FlushPosted));
    }

    private void FlushPosted()
    {
        lock (_sendLock)
        {
            _flushPosted = false;
            if (!_closed && !_waitsForWritable && _corks == 0) WriteOut();
        }
    }

    // Under the lock. A broken pipe is not reported here: the reading side meets it too, after the peer's last words.
    private void WriteOut()
    {
        _lastWrite = _time.GetTimestamp();
        var result = _outbox.WriteTo(_socket.Value);
        if (result == Errno.WouldBlock)
        {
            _waitsForWritable = true;
            _loop.Run(UpdateInterest);
        }
        else if (result is Errno.TooManyReferences or Errno.NoBufferSpace or Errno.NoMemory)
        {
            // So many descriptors are under way to processes that do not read that the kernel takes no more for the moment.
            PostFlush(RetryDelay);
        }
        else if (result != Errno.None)
        {
            _outbox.Dispose();
        }

        while (_senders.TryPeek(out var sender) && _outbox.Bytes <= sender.Below)
        {
            _senders.Dequeue();
            sender.Waiter.TrySetResult();
        }
    }

    private Readiness Interest() =>
        (_readingPaused ? Readiness.None : Readiness.Readable | Readiness.PeerClosed) | (_waitsForWritable ? Readiness.Writable : Readiness.None);

    private void UpdateInterest()
    {
        lock (_sendLock)
        {
            if (!_closed && _watch is not null) _watch.Interest = Interest();
        }
    }
}
