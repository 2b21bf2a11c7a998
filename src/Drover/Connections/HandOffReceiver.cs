using Drover.Channels;
using Drover.Interop;
using Drover.Loop;

namespace Drover.Connections;

/// <summary>
/// The worker's end of the hand-off socket: takes connections in, many a message, and answers in batches which ones were taken.
/// </summary>
internal sealed class HandOffReceiver : IReadinessHandler, IConnectionClaims, IDisposable
{
    private const int AnswersPerBatch = 32;
    private const int NoTable = -1;

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(2);

    private readonly EventLoop _loop;
    private readonly FileDescriptor _socket;
    private readonly Dictionary<int, ConnectionInbox> _inboxes = [];
    private readonly Lock _lock = new();
    private readonly List<(int Slot, long Word)> _taken = [];
    private readonly List<(int Slot, long Word)> _refused = [];
    private ConnectionTable? _table;
    private Watch? _watch;
    private int _workerIndex = NoTable;
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

    /// <summary>Counts a request that has begun (1) or ended (-1), for policies that look at the load.</summary>
    internal void CountRequest(int change)
    {
        if (_table is { } table && _workerIndex != NoTable) Interlocked.Add(ref table.WorkerAt(_workerIndex).RequestsInFlight, change);
    }

    public bool CanGiveBack => true;

    public bool TryClaim(AssignedConnection connection)
    {
        var claimed = _table!.TryTake(connection.Slot, connection.Word);
        if (claimed) Interlocked.Increment(ref _table.WorkerAt(_workerIndex).OpenConnections);
        else FileDescriptor.Close(connection.Descriptor);

        // A claim that came too late is told as well: it shows the primary that this worker takes connections again.
        lock (_lock)
        {
            _taken.Add((connection.Slot, connection.Word));
            if (_taken.Count >= AnswersPerBatch) SendAnswers();
        }

        return claimed;
    }

    public void Refuse(AssignedConnection connection)
    {
        FileDescriptor.Close(connection.Descriptor);
        lock (_lock)
        {
            _refused.Add((connection.Slot, connection.Word));
            SendAnswers();
        }
    }

    public void Flush()
    {
        lock (_lock)
        {
            // While a record is taken apart, the program takes its connections one by one; one answer tells of all.
            if (!_applying) SendAnswers();
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
            SendAnswers();
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
            _refused.Add((slot, word));
            SendAnswers();
        }
    }

    // Under the lock.
    private void SendAnswers()
    {
        if (_closed) return;
        SendAnswers(HandOffRecord.Taken, _taken);
        SendAnswers(HandOffRecord.Refused, _refused);
    }

    private void SendAnswers(ushort kind, List<(int Slot, long Word)> answers)
    {
        Span<byte> record = stackalloc byte[HandOffRecord.HeaderSize + (AnswersPerBatch * HandOffRecord.AnswerSize)];
        while (answers.Count > 0)
        {
            var count = Math.Min(answers.Count, AnswersPerBatch);
            HandOffRecord.WriteHeader(record, kind, count);
            for (var i = 0; i < count; i++) HandOffRecord.WriteAnswer(record, i, answers[i].Slot, answers[i].Word);
            if (DescriptorMessage.Send(_socket.Value, record[..(HandOffRecord.HeaderSize + (count * HandOffRecord.AnswerSize))], [], out _) < 0)
            {
                RetryLater();
                return;
            }

            answers.RemoveRange(0, count);
        }
    }

    // The primary is slow to read; answers are not lost, and connections do not depend on them: the table has the truth.
    private void RetryLater()
    {
        if (_retrying) return;
        _retrying = true;
        _loop.Post(() => _loop.After(RetryDelay, () =>
        {
            lock (_lock)
            {
                _retrying = false;
                SendAnswers();
            }
        }));
    }
}
