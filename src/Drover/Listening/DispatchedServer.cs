using Drover.Channels;
using Drover.Connections;
using Drover.Interop;
using Drover.Loop;
using Drover.Scheduling;
using Drover.Workers;
using Microsoft.Extensions.Logging;

namespace Drover.Listening;

/// <summary>
/// The primary accepts and a policy picks the worker for each connection. While no worker can take one, connections stay in the
/// kernel's queue: the port is open from the first listen to the end.
/// </summary>
internal sealed class DispatchedServer : SharedServer, IReadinessHandler
{
    private const int AcceptsPerTurn = DescriptorMessage.MaxDescriptors;
    private const int MaxAddress = 128;

    // A worker that has refused is left alone this long, so that two full workers do not throw a connection to and fro.
    private static readonly TimeSpan RefusalPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WarningPause = TimeSpan.FromSeconds(5);

    private readonly EventLoop _loop;
    private readonly SchedulingPolicy _policy;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Watch _watch;
    private readonly List<Member> _members = []; // In the order of worker ids.
    private readonly Queue<int> _returned = new();
    private readonly byte[] _address = new byte[MaxAddress];
    private WorkerLoad[] _loads = new WorkerLoad[8];
    private Member[] _candidates = new Member[8];
    private ScheduledCall? _retry;
    private long _lastWarning;
    private bool _closed;
    private bool _ending;
    private bool _pausedByError;

    internal DispatchedServer(string key, int number, BoundSocket bound, SchedulingPolicy policy, EventLoop loop, ILogger logger, TimeProvider time)
        : base(key, bound)
    {
        Number = number;
        NewConnectionPrefix = NodeLines.NewConnectionPrefix(key);
        _policy = policy;
        _loop = loop;
        _logger = logger;
        _time = time;
        _watch = loop.Watch(Socket.Value, Readiness.None, this);
    }

    /// <summary>What stands for the key on the hand-off socket.</summary>
    internal int Number { get; }

    internal byte[] NewConnectionPrefix { get; }

    internal override void Join(ForkedWorker worker)
    {
        if (_members.Exists(m => m.Worker == worker)) return;

        // Somebody goes on after all: forked while the others end.
        _ending = false;
        var index = _members.FindIndex(m => m.Worker.Id > worker.Id);
        _members.Insert(index < 0 ? _members.Count : index, new Member(worker, worker.HandOff));
        HasRoomAgain();
    }

    internal override void Leave(ForkedWorker worker) => _members.RemoveAll(m => m.Worker == worker);

    internal bool HasOtherThan(IHandOff handOff) => _members.Exists(m => m.HandOff != handOff && m.HandOff.HasRoom);

    /// <summary>The worker would not have a connection; it gets the next one a little later.</summary>
    internal void Refused(IHandOff handOff)
    {
        foreach (var member in _members)
        {
            if (member.HandOff == handOff) member.RefusedAt = _time.GetTimestamp();
        }
    }

    /// <summary>All workers are to end: nobody will come who could take connections that come back.</summary>
    internal void BeginEnding()
    {
        _ending = true;
        while (_returned.TryDequeue(out var connection)) FileDescriptor.Close(connection);
    }

    /// <summary>A connection that no worker has read from comes back: it goes before those that the kernel still holds.</summary>
    internal void TakeBack(int connection)
    {
        if (_closed || _ending)
        {
            FileDescriptor.Close(connection);
            return;
        }

        _returned.Enqueue(connection);
        _loop.Post(HasRoomAgain);
    }

    /// <summary>Asks workers that have more than their share of connections for a few of them. Now and then.</summary>
    internal void Spread()
    {
        if (!_policy.SpreadsConnections || _returned.Count > 0) return;
        var (total, workers) = (0, 0);
        foreach (var member in _members)
        {
            if (!member.HandOff.CanKeep || !member.HandOff.HasRoom) continue;
            total += member.HandOff.Kept;
            workers++;
        }

        foreach (var member in _members)
        {
            if (Spreading.ToGive(member.HandOff.Kept, total, workers) is var count and > 0) member.HandOff.AskBack(count);
        }
    }

    /// <summary>Some worker can take connections again, perhaps.</summary>
    internal void HasRoomAgain()
    {
        if (_closed) return;
        DispatchReturned();
        if (_pausedByError) return;
        if (_returned.Count == 0 && FindCandidates() > 0) _watch.Interest = Readiness.Readable;
        else WaitForRoom();
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        for (var accepts = 0; accepts < AcceptsPerTurn; accepts++)
        {
            var candidates = FindCandidates();
            if (candidates == 0)
            {
                WaitForRoom();
                break;
            }

            var connection = ListeningSocket.Accept(Socket.Value, _address, out var length, out var error);
            if (connection >= 0)
            {
                Dispatch(connection, _address.AsSpan(0, length), candidates);
                if (!DescriptorLimit.IsNear(connection)) continue;
                PauseAccepting(Errno.TooManyFiles);
                break;
            }

            // A client that gave up while it waited is no reason to stop.
            if (error == Errno.ConnectionAborted) continue;
            if (error != Errno.WouldBlock) PauseAccepting(error);
            break;
        }

        FlushAll();
    }

    public override void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _retry?.Dispose();
        _watch.Dispose();
        while (_returned.TryDequeue(out var connection)) FileDescriptor.Close(connection);
        _members.Clear();
        base.Dispose();
    }

    private void WaitForRoom()
    {
        _watch.Interest = Readiness.None;

        // Those that have refused come back into question by the clock alone; all others say so themselves.
        if (_retry is not null || !_members.Exists(m => m.RefusedAt != 0)) return;
        _retry = _loop.After(RefusalPause, () =>
        {
            _retry = null;
            HasRoomAgain();
        });
    }

    private void DispatchReturned()
    {
        Span<byte> address = stackalloc byte[MaxAddress];
        while (_returned.Count > 0)
        {
            var candidates = FindCandidates();
            if (candidates == 0) break;
            var connection = _returned.Dequeue();
            if (_policy.SpreadsConnections && FewestConnections(candidates) is { } member) Send(connection, member);
            else Dispatch(connection, address[..ListeningSocket.ReadPeer(connection, address)], candidates);
        }

        FlushAll();
    }

    private void Dispatch(int connection, ReadOnlySpan<byte> address, int candidates)
    {
        var ip = SocketAddressBytes.IPAddressOf(address, out var port);
        Send(connection, _candidates[Pick(new IncomingConnection(ip, port), candidates)]);
    }

    private void Send(int connection, Member member)
    {
        member.HandOff.Send(this, connection);
        member.MustFlush = true;
        DroverMeter.HandOffs.Add(1);
    }

    private Member? FewestConnections(int candidates)
    {
        Member? best = null;
        foreach (var member in _candidates.AsSpan(0, candidates))
        {
            if (member.HandOff.CanKeep && (best is null || Connections(member) < Connections(best))) best = member;
        }

        return best;
        static int Connections(Member member) => member.HandOff.Kept + member.HandOff.Pending;
    }

    // A policy of the user's may be wrong; a connection is not lost for it.
    private int Pick(in IncomingConnection connection, int candidates)
    {
        Exception? failure = null;
        var picked = -1;
        try
        {
            picked = _policy.Pick(connection, _loads.AsSpan(0, candidates));
            if ((uint)picked < (uint)candidates) return picked;
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        if (MayWarn()) ListeningLog.WrongPolicy(_logger, failure, _policy.Name, failure is null ? $"picked {picked} of {candidates}" : "failed");
        return 0;
    }

    private bool MayWarn()
    {
        if (_lastWarning != 0 && _time.GetElapsedTime(_lastWarning) < WarningPause) return false;
        _lastWarning = _time.GetTimestamp();
        return true;
    }

    private void FlushAll()
    {
        foreach (var member in _members)
        {
            if (!member.MustFlush) continue;
            member.MustFlush = false;
            member.HandOff.Flush();
        }
    }

    private int FindCandidates()
    {
        if (_loads.Length < _members.Count)
        {
            _loads = new WorkerLoad[_members.Count * 2];
            _candidates = new Member[_members.Count * 2];
        }

        var count = 0;
        foreach (var member in _members)
        {
            if (!member.HandOff.HasRoom) continue;
            if (member.RefusedAt != 0)
            {
                if (_time.GetElapsedTime(member.RefusedAt) < RefusalPause) continue;
                member.RefusedAt = 0;
            }

            var (open, inFlight) = member.HandOff.Load;
            _loads[count] = new WorkerLoad
            {
                WorkerId = member.Worker.Id,
                PendingHandOffs = member.HandOff.Pending,
                OpenConnections = open,
                RequestsInFlight = inFlight,
            };
            _candidates[count++] = member;
        }

        return count;
    }

    // The descriptor table is full, or the machine is out of memory: the connections wait in the kernel's queue until some are closed.
    private void PauseAccepting(Errno error)
    {
        _pausedByError = true;
        _watch.Interest = Readiness.None;
        if (MayWarn()) ListeningLog.CannotAccept(_logger, Key, new SystemCallException("accept4", error).Message);
        _loop.After(AcceptPause, () =>
        {
            _pausedByError = false;
            HasRoomAgain();
        });
    }

    private sealed class Member(ForkedWorker worker, IHandOff handOff)
    {
        internal ForkedWorker Worker { get; } = worker;

        internal IHandOff HandOff { get; } = handOff;

        internal long RefusedAt { get; set; }

        internal bool MustFlush { get; set; }
    }
}
