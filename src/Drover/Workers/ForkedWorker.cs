using Drover.Channels;
using Drover.Connections;
using Drover.Interop;
using Drover.Listening;
using Drover.Loop;

namespace Drover.Workers;

/// <summary>A worker as the primary sees it: its process, its channel, and its place in life.</summary>
internal sealed class ForkedWorker : Worker, IChannelOwner, IReadinessHandler
{
    private readonly ClusterCore _cluster;
    private readonly SpawnedWorker _spawned;
    private readonly IpcChannel _channel;
    private readonly MessagePort _port;
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<(ListenRequest Request, SharedServer Server)> _asked = [];
    private readonly HandOffSender? _handOffSender;
    private readonly HangWatch? _hangWatch;
    private readonly int _tableIndex;
    private readonly List<SharedServer> _withheldFrom = [];
    private NodeHandOff? _nodeHandOff;
    private Watch? _processWatch;
    private ScheduledCall? _drainDeadline;
    private WorkerLife _life = WorkerLife.Forked;
    private int _sequence;
    private long _forkedAt;
    private long _listeningAt;
    private long _disconnectAt;
    private bool _reaped;
    private bool _wroteGarbage;
    private bool _isWithheld;
    private volatile bool _isSpare;

    internal ForkedWorker(int id, ClusterCore cluster, ForkOrder order, SpawnedWorker spawned, int tableIndex)
        : base(id)
    {
        _cluster = cluster;
        _spawned = spawned;
        _tableIndex = tableIndex;
        Order = order;
        History = order.History;
        _isWithheld = order.IsWithheld;
        _isSpare = order.IsSpare;
        if (order.Settings.Recycle is { } recycle) Limits = new RecycleLimits(recycle, Random.Shared.NextDouble());
        _forkedAt = cluster.Time.GetTimestamp();
        _channel = new IpcChannel(cluster.Loop, spawned.Channel, this, cluster.Time);
        _port = new MessagePort(cluster.Loop, _channel, this, cluster.Messages, cluster.Logger, peerIsDrover: spawned.HandOff is null ? false : null);
        if (spawned.HandOff is not { } socket) return;
        _handOffSender = new HandOffSender(cluster.Loop, socket, cluster.Held, tableIndex, RoomAgain, OnGarbage, cluster.Time);
        _hangWatch = new HangWatch(this, _handOffSender, cluster);
    }

    public override int ProcessId => _spawned.ProcessId;

    public override WorkerState State => _life.State;

    public override bool IsConnected => _life.IsConnected;

    public override bool IsDead => !_life.IsAlive;

    public override bool? ExitedAfterDisconnect => _life.ExitedAfterDisconnect;

    public override int? ExitCode => End?.ExitCode;

    public override Signal? ExitSignal => End?.Signal;

    public override ForkedStreams? Streams => _spawned.Streams;

    public override bool IsSpare => _isSpare;

    internal override MessagePort Port => _port;

    internal ForkOrder Order { get; }

    internal ClusterSettings Settings => Order.Settings;

    internal WorkerMilestones Milestones { get; } = new();

    internal IReadOnlyList<string> LastErrorLines => _spawned.Errors?.LastLines ?? [];

    /// <summary>Completes when its last words are where they were to go.</summary>
    internal Task ErrorsPassedOn => _spawned.Errors?.PassedOn ?? Task.CompletedTask;

    /// <summary>The restarts of its instance; null when nothing takes its place. Changed on the loop thread only.</summary>
    internal RestartHistory? History { get; set; }

    /// <summary>Why it could not listen on what it asked for last; null when it could.</summary>
    internal string? ListenFailure { get; private set; }

    internal WorkerEnd? End { get; private set; }

    /// <summary>Completes when the process has been reaped and the channel has ended.</summary>
    internal Task Gone => _gone.Task;

    internal IHandOff HandOff => _port.PeerIsDrover ? _handOffSender! : _nodeHandOff ??= new NodeHandOff(_channel, NextSequence, RoomAgain);

    /// <summary>When it is replaced although it lives; null: never.</summary>
    internal RecycleLimits? Limits { get; }

    internal TimeSpan Age => _cluster.Time.GetElapsedTime(_forkedAt);

    /// <summary>As far as it counts them. Any thread.</summary>
    internal long RequestsBegun => Volatile.Read(ref _cluster.Held.Table.WorkerAt(_tableIndex).Requests);

    /// <summary>Requests in flight, as far as it counts them, and connections that it has not taken. Any thread.</summary>
    internal int RequestsToDo => Math.Max(0, Volatile.Read(ref _cluster.Held.Table.WorkerAt(_tableIndex).RequestsInFlight)) + (_handOffSender?.Pending ?? 0);

    /// <summary>How long it has been listening; zero when it never did.</summary>
    internal TimeSpan Listened => _listeningAt == 0 ? TimeSpan.Zero : _cluster.Time.GetElapsedTime(_listeningAt);

    /// <summary>Begins to watch process and channel. Loop thread only.</summary>
    internal void Start()
    {
        _processWatch = _cluster.Loop.Watch(_spawned.Process.Value, Readiness.Readable, this);
        _channel.Start();
        _spawned.Errors?.Start(_cluster.Loop);
    }

    /// <summary>A worker that is withheld waits for another one's death from now on. Loop thread only.</summary>
    internal void BecomeSpare() => _isSpare = true;

    /// <summary>A worker that was withheld serves from now on. Loop thread only.</summary>
    internal void Activate()
    {
        _isWithheld = _isSpare = false;
        foreach (var server in _withheldFrom)
        {
            if (_life.State != WorkerState.Draining && server.IsUsedBy(this)) server.Join(this);
        }

        _withheldFrom.Clear();
    }

    public override Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        _cluster.Loop.Run(() =>
        {
            Apply(WorkerEvent.DisconnectRequested);

            // Also for one that is leaving by itself or has closed its channel: whoever waits for it waits no longer than this.
            LimitDrain();
        });
        return Gone.WaitAsync(cancellationToken);
    }

    public override void Kill(Signal signal = Signal.SIGTERM)
    {
        lock (_spawned)
        {
            if (!_reaped) _spawned.Process.Send((int)signal);
        }
    }

    /// <summary>How many of its connections could move right now.</summary>
    internal async Task<int> CountIdleAsync()
    {
        var idle = 0;
        await _cluster.Loop.RunAsync(() => idle = _handOffSender?.Idle ?? 0);
        return idle;
    }

    /// <summary>Looks whether the worker reacts. Loop thread only.</summary>
    internal void LookForHang() => _hangWatch?.Look();

    /// <summary>Gives up connections that the worker does not take. Loop thread only.</summary>
    internal void RevokeStalled(TimeSpan olderThan) => (_port.PeerIsDrover ? _handOffSender : null)?.RevokeStalled(olderThan);

    internal override void OnGarbage(string what)
    {
        ReportGarbage(what);
        if (!_channel.IsOpen) return;
        _channel.Dispose();
        Apply(WorkerEvent.ChannelClosed);
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        int? code, signal;
        lock (_spawned)
        {
            if (_reaped || !_spawned.Process.TryReap(out code, out signal)) return;
            _reaped = true;
        }

        End = new WorkerEnd(code, (Signal?)signal);
        _processWatch!.Dispose();
        _spawned.Process.Dispose();

        // Its last words first: what it has accepted and what it has sent before it ended.
        _channel.DrainAndClose();
        _spawned.Errors?.Dispose();
        Apply(WorkerEvent.ProcessExited);
    }

    void IChannelOwner.OnLine(ReadOnlySpan<byte> line)
    {
        if (!NodeMessage.IsInternal(line))
        {
            _port.Receive(line, socket: null);
            return;
        }

        var message = NodeMessage.Parse(line);
        switch (message.Command)
        {
            case NodeCommand.Handle:
                ReceiveHandle(message);
                break;
            case NodeCommand.HandleAcknowledged:
                _channel.HandleAnswered();
                break;
            case NodeCommand.HandleRefused:
                // No descriptor arrived: the worker's table is full. Its connection goes to another worker.
                if (_channel.HandleAnswered() is { } sequence) _nodeHandOff?.Answered(sequence, accepted: false);
                break;
            case NodeCommand.Cluster:
                OnClusterMessage(message);
                break;
        }
    }

    void IChannelOwner.OnBatchEnd() => _port.BatchEnd();

    void IChannelOwner.OnClosed(Exception? reason) => OnClosed(reason);

    private void OnClosed(Exception? reason)
    {
        if (reason is not null) ReportGarbage(reason.Message);
        Apply(WorkerEvent.ChannelClosed);
    }

    private void ReportGarbage(string what)
    {
        // One worker's nonsense is told once, however much of it there is.
        if (_wroteGarbage) return;
        _wroteGarbage = true;
        ChannelLog.GarbageReceived(_cluster.Logger, Id, ProcessId, what);
        Kill(Signal.SIGKILL);
    }

    private void ReceiveHandle(in NodeMessage message)
    {
        // Whatever came: without an answer a Node worker sends nothing more at all, not even its accepts.
        var descriptor = _channel.TakeDescriptor();
        _channel.Send(descriptor is null ? NodeLines.HandleRefused : NodeLines.HandleAcknowledged);
        if (descriptor is null) return;
        if (NodeMessage.IsInternal(message.Inner)) descriptor.Dispose();
        else _port.Receive(message.Inner, descriptor);
    }

    private void OnClusterMessage(in NodeMessage message)
    {
        if (message.Acknowledges is { } acknowledged && message.Act == NodeAct.None)
        {
            // An answer to nothing that was asked is ignored, as Node does.
            if (message.Accepted is { } accepted) _nodeHandOff?.Answered(acknowledged, accepted);
            return;
        }

        switch (message.Act)
        {
            case NodeAct.Online:
                var isDrover = message.Drover is not null && _handOffSender is not null;
                if (_port.PeerIsKnown(isDrover) && isDrover) _handOffSender!.Start();
                Apply(WorkerEvent.OnlineReceived);
                break;
            case NodeAct.QueryServer:
                Answer(ListenRequest.From(message), message.Sequence ?? 0, message.Data.ToArray());
                break;
            case NodeAct.Listening:
                OnListening(ListenRequest.From(message));
                break;
            case NodeAct.Close:
                if (message.Key is { } key) _cluster.Servers.CloseFor(this, key, isStopping: message.Drover is not null);
                ForgetAsked(message.Key);
                break;
            case NodeAct.ExitedAfterDisconnect:
                Apply(WorkerEvent.DisconnectAnnounced);
                _channel.Send(NodeLines.Acknowledge(message.Sequence ?? 0, NextSequence()));
                break;
        }
    }

    private void ForgetAsked(string? key) => _asked.RemoveAll(a => a.Server.Key == key);

    private void Answer(ListenRequest request, int sequence, byte[] data)
    {
        // As Node's primary: the worker will not open the server any more, and a descriptor that comes after it has left kills a Node program.
        if (_life.State == WorkerState.Draining) return;
        var error = _cluster.Servers.Open(this, request, data, out var server, out var answerData);
        if (server is null)
        {
            RefuseToListen(request, sequence, error, data);
            return;
        }

        if (server is LentServer lent)
        {
            Lend(lent, request, sequence, answerData);
            return;
        }

        Answered(request, server);

        var number = _port.PeerIsDrover ? ((DispatchedServer)server).Number : (int?)null;
        _channel.Send(NodeLines.Reply(sequence, server.Key, 0, answerData, server.LocalEndPoint, number, NextSequence()));
    }

    private void Lend(LentServer server, ListenRequest request, int sequence, byte[] answerData)
    {
        FileDescriptor copy;
        try
        {
            copy = server.Socket.Duplicate();
        }
        catch (SystemCallException exception)
        {
            // The primary's descriptor table is full; the worker hears what it would have heard from its own.
            server.Remove(this);
            RefuseToListen(request, sequence, exception.Errno, answerData);
            return;
        }

        Answered(request, server);
        var inner = NodeLines.Reply(sequence, server.Key, 0, answerData, bound: null, server: null, NextSequence());
        _channel.Send(NodeLines.Handle(server.IsDatagram ? HandleTypes.NativeDatagram : HandleTypes.NativeStream, inner), copy);
    }

    private void Answered(ListenRequest request, SharedServer server)
    {
        ListenFailure = null;
        _asked.Add((request, server));
    }

    private void RefuseToListen(ListenRequest request, int sequence, Errno error, byte[] data)
    {
        ListenFailure = $"{SharedServers.Describe(request)}: {SocketErrors.Exception(error).Message}";
        _channel.Send(NodeLines.Reply(sequence, request.Key(), -(int)error, data, bound: null, server: null, NextSequence()));
    }

    private void OnListening(ListenRequest says)
    {
        // The worker repeats what it asked for, with the real port in the place of a 0.
        var index = _asked.FindIndex(a => a.Request.Kind == says.Kind && a.Request.Index == says.Index && a.Request.Address == says.Address
            && a.Request.Descriptor == says.Descriptor && (a.Request.Port == says.Port || a.Request.Port is 0 or null));
        if (index < 0) return;
        var (request, server) = _asked[index];
        if (_isWithheld) _withheldFrom.Add(server);
        else if (_life.State != WorkerState.Draining) server.Join(this);
        if (_listeningAt == 0)
        {
            _listeningAt = _cluster.Time.GetTimestamp();
            var startTook = _cluster.Time.GetElapsedTime(_forkedAt);
            DroverMeter.StartDuration.Record(startTook.TotalSeconds);
            DroverMeter.RecordActivity("drover.worker.start", this, startTook, _cluster.Time);
        }

        var port = says.Port is > 0 ? says.Port.Value : (server.LocalEndPoint as System.Net.IPEndPoint)?.Port ?? -1;
        var type = request.Kind switch
        {
            ListenKind.Tcp4 => "4",
            ListenKind.Tcp6 => "6",
            ListenKind.Unix => "-1",
            ListenKind.Udp4 => "udp4",
            ListenKind.Udp6 => "udp6",
            _ => null,
        };
        Apply(WorkerEvent.ListeningReceived, new ListeningAddress(request.Address, port, type, server.LocalEndPoint));
    }

    private void Apply(WorkerEvent happened, ListeningAddress? address = null)
    {
        var before = _life.State;
        (_life, var effects) = WorkerLifecycle.On(_life, happened);
        if (effects.HasFlag(WorkerEffects.LeaveListeners)) _cluster.Servers.LeaveAll(this);
        if (effects.HasFlag(WorkerEffects.RescueConnections)) Rescue();
        if (effects.HasFlag(WorkerEffects.SendDisconnect)) Ask();
        if (effects.HasFlag(WorkerEffects.RemoveFromWorkers)) _cluster.Remove(this);
        if (effects.HasFlag(WorkerEffects.RaiseOnline)) _cluster.Events.Online(this);
        if (effects.HasFlag(WorkerEffects.RaiseListening)) _cluster.Events.Listening(this, address!);
        if (effects.HasFlag(WorkerEffects.RaiseDisconnect)) EndPort();
        if (effects.HasFlag(WorkerEffects.RaiseExit)) OnExit();
        if (before != _life.State)
        {
            WorkerLog.Moved(_cluster.Logger, Id, ProcessId, _life.State);
            Milestones.Passed(_life.State);
            if (_life.State == WorkerState.Listening) _cluster.OnListening();
        }

        if (!_life.IsListed && effects.HasFlag(WorkerEffects.RemoveFromWorkers)) _gone.TrySetResult();
    }

    private void Ask()
    {
        _disconnectAt = _cluster.Time.GetTimestamp();
        _channel.Send(NodeLines.Act("disconnect"u8, NextSequence()));
    }

    private void LimitDrain()
    {
        if (_drainDeadline is not null || End is not null || Settings.DrainTimeout == Timeout.InfiniteTimeSpan) return;
        _drainDeadline = _cluster.Loop.After(Settings.DrainTimeout + ClusterCore.DrainGrace, () =>
        {
            if (End is not null) return;
            WorkerLog.DrainCut(_cluster.Logger, Id, ProcessId, Settings.DrainTimeout.TotalSeconds);
            Kill(Signal.SIGKILL);
        });
    }

    private void Rescue()
    {
        _cluster.Servers.RemoveAll(this);
        _asked.Clear();
        _nodeHandOff?.Rescue();
        if (IsDead) _handOffSender?.Dispose();
        else _handOffSender?.Part();
    }

    private void EndPort()
    {
        _port.End();
        _cluster.Events.Disconnected(this, _port.Drained);
    }

    private void OnExit()
    {
        _drainDeadline?.Dispose();
        _cluster.Held.Table.WorkerAt(_tableIndex) = default;
        _cluster.ReturnTableIndex(_tableIndex);
        if (_disconnectAt != 0)
        {
            var drainTook = _cluster.Time.GetElapsedTime(_disconnectAt);
            DroverMeter.DrainDuration.Record(drainTook.TotalSeconds);
            DroverMeter.RecordActivity("drover.drain", this, drainTook, _cluster.Time);
        }

        _cluster.OnExited(this, () => _cluster.Events.Exited(this, _port.Drained));
    }

    private void RoomAgain() => _cluster.Servers.RoomAgain(this);

    private int NextSequence() => _sequence++;
}
