using Drover.Channels;
using Drover.Interop;
using Drover.Loop;

namespace Drover.Connections;

/// <summary>
/// The worker's end of the hand-off socket: takes connections in, many a message, and tells in batches what became of them.
/// </summary>
internal sealed class HandOffReceiver : IReadinessHandler, IConnectionClaims, IClaimListener, IDisposable
{
    /// <summary>0 switches the keeping of connections off: they end with the worker that took them, as in other servers.</summary>
    private const string KeepVariable = "DROVER_KEEP_CONNECTIONS";

    private const int NewsPerBatch = 64;
    private const int NoTable = -1;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(2);

    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly Dictionary<int, ConnectionInbox> _inboxes = [];
    private readonly Lock _lock = new();
    private readonly List<(int Slot, long Word)> _news = [];
    private readonly bool _keeps = Environment.GetEnvironmentVariable(KeepVariable) != "0";
    private ConnectionTable? _table;
    private Watch? _watch;
    private int _workerIndex = NoTable;
    private volatile bool _heartStopped;
    private bool _applying;
    private bool _closed;
    private bool _retrying;

    /// <summary>Owns <paramref name="socket"/> from now on.</summary>
    internal HandOffReceiver(EventLoop loop, FileDescriptor socket)
    {
        _loop = loop;
        _socket = socket;
        socket.SetNonBlocking();
    }

    /// <summary>Loop thread only.</summary>
    internal void Start() => _watch = _loop.Watch(_socket.Value, Readiness.Readable, this);

    /// <summary>Connections of this server go here from now on. Loop thread only.</summary>
    internal void Add(int server, ConnectionInbox inbox) => _inboxes[server] = inbox;

    internal void Remove(int server) => _inboxes.Remove(server);

    /// <summary>Who keeps connections here, and is asked to give them away. Null: nobody.</summary>
    internal IConnectionHolder? Holder { get; set; }

    /// <summary>Whether connections can go back to the primary.</summary>
    internal bool IsOpen => !Volatile.Read(ref _closed);

    /// <summary>The worker has reacted, at this time of the machine's monotonic clock.</summary>
    internal void Beat(long now)
    {
        if (_workerIndex != NoTable && !_heartStopped) Volatile.Write(ref Record.Heartbeat, now);
    }

    /// <summary>The worker is of no use any more, though it reacts: the primary is to treat it as one that hangs.</summary>
    internal void StopBeating() => _heartStopped = true;

    /// <summary>A request has begun, for policies that look at the load.</summary>
    internal void RequestBegins()
    {
        if (_workerIndex == NoTable) return;
        ref var record = ref Record;
        Interlocked.Increment(ref record.RequestsInFlight);
        Interlocked.Increment(ref record.Requests);
    }

    internal void RequestEnds()
    {
        if (_workerIndex != NoTable) Interlocked.Decrement(ref Record.RequestsInFlight);
    }

    private ref WorkerRecord Record => ref _table!.WorkerAt(_workerIndex);

    public bool CanGiveBack => true;

    public bool TryTake(AssignedConnection connection, bool mayKeep, out ConnectionClaim? claim)
    {
        var to = mayKeep && _keeps ? ConnectionState.Idle : ConnectionState.Taken;
        var took = _table!.TryChange(connection.Slot, connection.Word, ConnectionState.Assigned, to);
        claim = took && to == ConnectionState.Idle ? new ConnectionClaim(_table, connection.Slot, connection.Word, this) : null;
        if (took) Interlocked.Increment(ref _table.WorkerAt(_workerIndex).OpenConnections);
        else FileDescriptor.Close(connection.Descriptor);

        // One that came too late is told as well: it shows the primary that this worker takes connections again.
        Tell(connection.Slot, ConnectionTable.With(connection.Word, to));
        return took;
    }

    public void Refuse(AssignedConnection connection)
    {
        FileDescriptor.Close(connection.Descriptor);
        RefuseUnseen(connection.Slot, connection.Word);
    }

    public void Tell(int slot, long word)
    {
        lock (_lock)
        {
            if (_closed) return;
            _news.Add((slot, word));
            if (_news.Count >= NewsPerBatch) SendNews();
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            // While a record is taken apart, the program takes its connections one by one; one message tells of all.
            if (!_applying) SendNews();
        }
    }

    public void Ended() => Interlocked.Decrement(ref _table!.WorkerAt(_workerIndex).OpenConnections);

    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            _watch?.Dispose();
            _socket.Dispose();
        }

        // The table stays mapped: connections that are still served count themselves out of it.
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        Span<byte> buffer = stackalloc byte[HandOffRecord.MaxSize];
        Span<int> descriptors = stackalloc int[DescriptorMessage.MaxDescriptors];
        while (!_closed)
        {
            var length = DescriptorMessage.Receive(_socket.Value, buffer, descriptors, out var arrived, out var error);
            if (length < 0 && error == Errno.WouldBlock) return;
            if (length <= 0)
            {
                // The primary's end is gone; the channel tells the same and decides what follows.
                _watch!.Dispose();
                return;
            }

            Apply(buffer[..length], descriptors[..arrived]);
        }
    }

    private void Apply(ReadOnlySpan<byte> record, ReadOnlySpan<int> descriptors)
    {
        var (kind, count) = HandOffRecord.ReadHeader(record);
        switch (kind)
        {
            case HandOffRecord.Table when descriptors.Length == 1:
                _table = ConnectionTable.Map(new FileDescriptor(descriptors[0]));
                _workerIndex = count;
                break;
            case HandOffRecord.Connections:
                DeliverAll(record, count, descriptors);
                break;
            case HandOffRecord.GiveBack when descriptors.IsEmpty:
                Holder?.GiveBack(count);
                break;
            case HandOffRecord.LetGo when descriptors.IsEmpty:
                Holder?.LetGoOfMoved();
                break;
            default:
                foreach (var descriptor in descriptors) FileDescriptor.Close(descriptor);
                throw new ChannelProtocolException($"a hand-off record of the unknown kind {kind}");
        }
    }

    private void DeliverAll(ReadOnlySpan<byte> record, int count, ReadOnlySpan<int> descriptors)
    {
        lock (_lock) _applying = true;
        for (var i = 0; i < count; i++)
        {
            var (server, slot, word) = HandOffRecord.ReadConnection(record, i);
            if (i < descriptors.Length) Deliver(server, new AssignedConnection(descriptors[i], slot, word));
            else RefuseUnseen(slot, word);
        }

        lock (_lock)
        {
            _applying = false;
            SendNews();
        }
    }

    private void Deliver(int server, AssignedConnection connection)
    {
        // With its table nearly full this worker is of no use to the connection; another one may have room.
        if (!DescriptorLimit.IsNear(connection.Descriptor) && _inboxes.TryGetValue(server, out var inbox)) inbox.Add(connection);
        else Refuse(connection);
    }

    // This process's descriptor table is full and the kernel could not place the connection here. The primary still has it.
    private void RefuseUnseen(int slot, long word)
    {
        lock (_lock)
        {
            if (_closed) return;
            _news.Add((slot, word));
            SendNews();
        }
    }

    // Under the lock. Not lost when the primary is slow to read: connections do not depend on it, the table has the truth.
    private void SendNews()
    {
        if (_closed) return;
        Span<byte> record = stackalloc byte[HandOffRecord.HeaderSize + (NewsPerBatch * HandOffRecord.NewsSize)];
        while (_news.Count > 0)
        {
            var count = Math.Min(_news.Count, NewsPerBatch);
            HandOffRecord.WriteHeader(record, HandOffRecord.News, count);
            for (var i = 0; i < count; i++) HandOffRecord.WriteNews(record, i, _news[i].Slot, _news[i].Word);
            if (DescriptorMessage.Send(_socket.Value, record[..(HandOffRecord.HeaderSize + (count * HandOffRecord.NewsSize))], [], out _) < 0)
            {
                RetryLater();
                return;
            }

            _news.RemoveRange(0, count);
        }
    }

    private void RetryLater()
    {
        if (_retrying) return;
        _retrying = true;
        _loop.Post(() => _loop.After(RetryDelay, () =>
        {
            lock (_lock)
            {
                _retrying = false;
                SendNews();
            }
        }));
    }
}
