using Drover.Interop;
using Drover.Listening;
using Drover.Loop;

namespace Drover.Connections;

/// <summary>
/// Hands connections to a C# worker, many descriptors a message, over a socket pair of its own, and keeps a descriptor of each. The
/// worker claims a connection in the connection table before it reads from it. What it has not claimed when it dies, hangs or is to
/// end goes to another worker.
/// </summary>
internal sealed class HandOffSender : IHandOff, IReadinessHandler, IDisposable
{
    /// <summary>A worker that is slow to take its connections gets no more than this many ahead of time.</summary>
    private const int Window = 64;

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly ConnectionTable _table;
    private readonly HeldConnections _held;
    private readonly int _workerIndex;
    private readonly Action _hasRoomAgain;
    private readonly Action<string> _broken;
    private readonly TimeProvider _time;
    private readonly List<int> _unsent = [];
    private readonly HashSet<int> _pending = [];
    private readonly HashSet<int> _kept = [];
    private readonly byte[] _record = new byte[HandOffRecord.MaxSize];
    private Watch? _watch;
    private long _lastProgress;
    private bool _stalled;
    private bool _closed;

    internal HandOffSender(
        EventLoop loop, FileDescriptor socket, HeldConnections held, int workerIndex, Action hasRoomAgain, Action<string> broken, TimeProvider time)
    {
        _loop = loop;
        _socket = socket;
        _held = held;
        _table = held.Table;
        _workerIndex = workerIndex;
        _hasRoomAgain = hasRoomAgain;
        _broken = broken;
        _time = time;
        _table.WorkerAt(workerIndex) = default;
    }

    public int Pending => _pending.Count;

    public bool CanKeep => true;

    public int Kept => _kept.Count;

    /// <summary>Those of them that the worker has not claimed now.</summary>
    internal int Idle => _kept.Count(slot => _table.StateOf(slot, _held[slot].Word) == ConnectionState.Idle);

    /// <summary>A worker that does not react gets nothing until it does.</summary>
    internal bool IsSuspended { get; set; }

    public bool HasRoom => !_closed && !_stalled && !IsSuspended && _pending.Count < Window && _held.HasRoom;

    public (int OpenConnections, int RequestsInFlight) Load
    {
        get
        {
            ref var record = ref _table.WorkerAt(_workerIndex);
            return (Math.Max(0, Volatile.Read(ref record.OpenConnections)), Math.Max(0, Volatile.Read(ref record.RequestsInFlight)));
        }
    }

    /// <summary>When the worker last reacted, in milliseconds of the machine's monotonic clock; 0 before it first did.</summary>
    internal long Heartbeat => Volatile.Read(ref _table.WorkerAt(_workerIndex).Heartbeat);

    /// <summary>The worker knows the hand-off socket: gives it the table and begins to listen to its answers.</summary>
    internal void Start()
    {
        Span<byte> record = stackalloc byte[HandOffRecord.HeaderSize];
        HandOffRecord.WriteHeader(record, HandOffRecord.Table, _workerIndex);
        if (DescriptorMessage.Send(_socket.Value, record, [_table.Descriptor.Value], out var error) < 0)
        {
            _broken($"the connection table could not be passed on ({error})");
            return;
        }

        _watch = _loop.Watch(_socket.Value, Readiness.Readable, this);
    }

    public void Send(DispatchedServer server, int connection)
    {
        if (_pending.Count == 0) _lastProgress = _time.GetTimestamp();
        var slot = _held.Add(connection, server, _workerIndex);
        _pending.Add(slot);
        _unsent.Add(slot);
    }

    public void Flush()
    {
        if (_closed) return;
        Span<int> descriptors = stackalloc int[DescriptorMessage.MaxDescriptors];
        while (_unsent.Count > 0)
        {
            var count = Math.Min(_unsent.Count, DescriptorMessage.MaxDescriptors);
            HandOffRecord.WriteHeader(_record, HandOffRecord.Connections, count);
            for (var i = 0; i < count; i++)
            {
                ref var held = ref _held[_unsent[i]];
                HandOffRecord.WriteConnection(_record, i, held.Server.Number, _unsent[i], held.Word);
                descriptors[i] = held.Descriptor;
            }

            var record = _record.AsSpan(0, HandOffRecord.HeaderSize + (count * HandOffRecord.ConnectionSize));
            if (DescriptorMessage.Send(_socket.Value, record, descriptors[..count], out var error) < 0)
            {
                WaitOrGiveUp(error);
                return;
            }

            _unsent.RemoveRange(0, count);
        }
    }

    public void RevokeStalled(TimeSpan olderThan)
    {
        if (_pending.Count == 0 || _time.GetElapsedTime(_lastProgress) < olderThan) return;
        _stalled = true;
        foreach (var slot in _pending.ToArray())
        {
            if (_unsent.Contains(slot) || !_held[slot].Server.HasOtherThan(this)) continue;
            if (_table.TryRevoke(slot, _held[slot].Word)) GiveBack(slot);
        }
    }

    /// <summary>The worker does not react: every connection that it has not claimed goes to another worker, if there is one.</summary>
    internal int RevokeUnclaimed()
    {
        var revoked = 0;
        foreach (var slot in Slots())
        {
            if (!_held[slot].Server.HasOtherThan(this) || !_table.TryRevoke(slot, _held[slot].Word)) continue;
            GiveBack(slot);
            revoked++;
        }

        return revoked;
    }

    public void AskBack(int count) => Command(HandOffRecord.GiveBack, count);

    /// <summary>The worker reacts again: it may hold descriptors of connections that others have by now.</summary>
    internal void TellToLetGo() => Command(HandOffRecord.LetGo, 0);

    /// <summary>
    /// The channel has ended, but not the process: what the worker has claimed stays with it to the end of the one or the other.
    /// </summary>
    internal void Part()
    {
        IsSuspended = true;
        _watch?.Dispose();
        _watch = null;
        foreach (var slot in Slots())
        {
            if (_table.TryRevoke(slot, _held[slot].Word)) GiveBack(slot);
        }
    }

    public void Rescue()
    {
        foreach (var slot in Slots()) Rescue(slot);
    }

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        Rescue();
        _watch?.Dispose();
        _socket.Dispose();
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        if (readiness.HasFlag(Readiness.Writable))
        {
            _watch!.Interest = Readiness.Readable;
            Flush();
        }

        if ((readiness & ~Readiness.Writable) == Readiness.None) return;
        ReadAnswers();
        if (!_closed) _hasRoomAgain();
    }

    private void ReadAnswers()
    {
        Span<byte> buffer = stackalloc byte[HandOffRecord.MaxSize];
        Span<int> descriptors = stackalloc int[1];
        while (!_closed)
        {
            var length = DescriptorMessage.Receive(_socket.Value, buffer, descriptors, out var unexpected, out var error);
            if (unexpected > 0) FileDescriptor.Close(descriptors[0]);
            if (length < 0 && error == Errno.WouldBlock) return;
            if (length <= 0)
            {
                // The worker's end is gone; its channel or its process says why. Nothing more can be sent this way.
                _watch?.Dispose();
                _stalled = true;
                _loop.After(EndPatience, NoEndFollowed);
                return;
            }

            if (!TryApply(buffer[..length]))
            {
                _broken("a record on the hand-off socket that is not the protocol");
                return;
            }

            _lastProgress = _time.GetTimestamp();
            _stalled = false;
        }
    }

    private bool TryApply(ReadOnlySpan<byte> record)
    {
        var (kind, count) = HandOffRecord.ReadHeader(record);
        if (kind != HandOffRecord.News || record.Length != HandOffRecord.HeaderSize + (count * HandOffRecord.NewsSize)) return false;
        for (var i = 0; i < count; i++)
        {
            var (slot, word) = HandOffRecord.ReadNews(record, i);

            // A connection that was taken back meanwhile is somebody else's by now; the news is about the past.
            if ((!_pending.Contains(slot) && !_kept.Contains(slot)) || !ConnectionTable.IsSame(_held[slot].Word, word)) continue;
            if (!TryApply(slot, (ConnectionState)(byte)word)) return false;
        }

        return true;
    }

    private bool TryApply(int slot, ConnectionState state)
    {
        switch (state)
        {
            case ConnectionState.Idle:
                if (_pending.Remove(slot)) _kept.Add(slot);
                return true;
            case ConnectionState.Taken or ConnectionState.Ended:
                Close(slot);
                return true;
            case ConnectionState.Assigned:
                _held[slot].Server.Refused(this);
                GiveBack(slot);
                return true;
            case ConnectionState.Returned:
                GiveBack(slot);
                return true;
            default:
                return false;
        }
    }

    // The worker is gone, so nobody changes the word any more.
    private void Rescue(int slot)
    {
        var state = _table.StateOf(slot, _held[slot].Word);
        switch (state)
        {
            case ConnectionState.Assigned or ConnectionState.Idle or ConnectionState.Returned:
                GiveBack(slot);
                break;
            case ConnectionState.Busy:
                DroverMeter.Unanswered.Add(1);
                _held.Unanswered.Answer(Forget(slot).Descriptor);
                break;
            case ConnectionState.Answering:
                // Half an answer must not look like a whole one.
                using (var socket = new ConnectedSocket(new FileDescriptor(Forget(slot).Descriptor))) socket.Reset();
                break;
            case ConnectionState.Pinned:
                using (var socket = new ConnectedSocket(new FileDescriptor(Forget(slot).Descriptor))) socket.ShutDown();
                break;
            default:
                Close(slot);
                break;
        }
    }

    // A worker that lives on without its hand-off socket would count as listening and never get a connection again.
    private void NoEndFollowed()
    {
        if (!_closed) _broken("an empty record on the hand-off socket, or its end, while the channel is open");
    }

    private void GiveBack(int slot)
    {
        if (_kept.Contains(slot)) DroverMeter.Moves.Add(1);
        else DroverMeter.HandOffFailures.Add(1);
        var (descriptor, server) = Forget(slot);
        server.TakeBack(descriptor);
    }

    private void Close(int slot) => FileDescriptor.Close(Forget(slot).Descriptor);

    // The caller owns the descriptor from now on.
    private (int Descriptor, DispatchedServer Server) Forget(int slot)
    {
        if (_pending.Remove(slot)) _unsent.Remove(slot);
        else _kept.Remove(slot);
        return _held.Remove(slot);
    }

    private int[] Slots() => [.. _pending, .. _kept];

    // Not repeated when the socket is full: whoever asks, asks again while there is a reason.
    private void Command(ushort kind, int count)
    {
        if (_closed || _watch is null) return;
        Span<byte> record = stackalloc byte[HandOffRecord.HeaderSize];
        HandOffRecord.WriteHeader(record, kind, count);
        _ = DescriptorMessage.Send(_socket.Value, record, [], out _);
    }

    private void WaitOrGiveUp(Errno error)
    {
        switch (error)
        {
            case Errno.WouldBlock:
                if (_watch is not null) _watch.Interest = Readiness.Readable | Readiness.Writable;
                break;
            case Errno.TooManyReferences or Errno.NoBufferSpace or Errno.NoMemory:
                _loop.After(TimeSpan.FromMilliseconds(10), Flush);
                break;
            default:
                // The end of the channel or of the process follows, and rescues what was not taken.
                _stalled = true;
                break;
        }
    }
}
