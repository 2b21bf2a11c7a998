using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Drover.Channels;
using Drover.Connections;
using Drover.Interop;
using Drover.Listening;
using Drover.Loop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Workers;

/// <summary>The worker that this process is: its channel to the primary (Drover's or Node's), its servers, its end.</summary>
internal sealed class CurrentWorker : Worker, IChannelOwner, IServerHost
{
    private static readonly TimeSpan DefaultDrainTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan GivingBackTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestStopDelay = TimeSpan.FromSeconds(2);

    private readonly EventLoop _loop;
    private readonly IpcChannel _channel;
    private readonly MessagePort _port;
    private readonly HandOffReceiver? _handOff;
    private readonly ListenIndexes _indexes = new();
    private readonly Dictionary<int, TaskCompletionSource<ListenReply?>> _asked = [];
    private readonly Dictionary<string, WorkerServer> _servers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _disconnecting = new();
    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _idleGivenBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leaveAcknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeProvider _time = TimeProvider.System;
    private int _sequence;
    private int _leaveSequence = -1;
    private int _lifetimeOwners;
    private volatile bool _isStopping;
    private Task? _leaving;
    private Task? _givingBack;
    private bool? _exitedAfterDisconnect;
    private WorkerState _state = WorkerState.Online;

    private CurrentWorker(int id, FileDescriptor channel, FileDescriptor? handOff, TimeSpan drainTimeout) : base(id)
    {
        DrainTimeout = drainTimeout;
        _loop = new EventLoop("drover worker", Logger, _time);
        _channel = new IpcChannel(_loop, channel, this, _time);
        _port = new MessagePort(_loop, _channel, this, shared: null, Logger, peerIsDrover: handOff is not null);
        _handOff = handOff is null ? null : new HandOffReceiver(_loop, handOff);
    }

    public override int ProcessId => System.Environment.ProcessId;

    public override WorkerState State => _state;

    public override bool IsConnected => _channel.IsOpen;

    public override bool IsDead => false;

    public override bool? ExitedAfterDisconnect => _exitedAfterDisconnect;

    public override int? ExitCode => null;

    public override Signal? ExitSignal => null;

    public override ForkedStreams? Streams => null;

    internal override MessagePort Port => _port;

    internal ILogger Logger { get; set; } = NullLogger.Instance;

    internal EventLoop Loop => _loop;

    internal TimeSpan DrainTimeout { get; }

    /// <summary>How long one request may take.</summary>
    internal TimeSpan RequestTimeLimit { get; private init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The cluster's policy; null under a primary of Node's.</summary>
    internal string? Policy { get; private init; }

    /// <summary>Cancelled when the worker is to end: the primary asked for it, or is gone.</summary>
    internal CancellationToken Disconnecting => _disconnecting.Token;

    /// <summary>Whether it is ending; servers can no longer be opened.</summary>
    internal bool IsLeaving => Volatile.Read(ref _leaving) is not null;

    /// <summary>Completes when every connection has ended and the channel is closed.</summary>
    internal Task Disconnected => _disconnected.Task;

    /// <summary>
    /// The worker that the environment says this process is, or null. Takes the variables away, so that the processes it starts are
    /// no workers.
    /// </summary>
    internal static CurrentWorker? TryStart()
    {
        if (System.Environment.GetEnvironmentVariable(WorkerSpawner.UniqueIdVariable) is not { } idText) return null;
        var channel = TakeDescriptor(WorkerSpawner.ChannelVariable);
        var handOff = TakeDescriptor(WorkerSpawner.HandOffVariable);
        var drain = TimeIn(WorkerSpawner.DrainVariable) ?? DefaultDrainTimeout;
        var requestLimit = TimeIn(WorkerSpawner.RequestLimitVariable) ?? Timeout.InfiniteTimeSpan;
        var policy = System.Environment.GetEnvironmentVariable(WorkerSpawner.PolicyVariable);
        foreach (var name in (string[])[WorkerSpawner.UniqueIdVariable, WorkerSpawner.ChannelVariable, WorkerSpawner.SerializationVariable, WorkerSpawner.HandOffVariable, WorkerSpawner.DrainVariable, WorkerSpawner.RequestLimitVariable, WorkerSpawner.PolicyVariable])
            System.Environment.SetEnvironmentVariable(name, null);
        if (channel is null || !int.TryParse(idText, CultureInfo.InvariantCulture, out var id)) return null;

        var worker = new CurrentWorker(id, channel, handOff, drain) { Policy = policy, RequestTimeLimit = requestLimit };
        worker._loop.Post(worker.Start);
        return worker;
    }

    /// <summary>
    /// Somebody ends the process when the worker is disconnected (a host that stops, a main program that waits). Without one the worker
    /// ends it itself, as a Node process ends when nothing keeps it.
    /// </summary>
    internal void OwnLifetime() => Interlocked.Increment(ref _lifetimeOwners);

    /// <summary>The program is ending, by whoever's will: servers that are closed from now on are not given up, their ports wait for a successor.</summary>
    internal void BeginStopping()
    {
        _isStopping = true;
        if (_handOff is not { IsOpen: true, Holder: not null }) return;

        // Idle connections go to other workers: the server that stops next would close them. Nobody asked this worker to leave, so it
        // does not say so; a successor takes its place.
        _loop.Run(() =>
        {
            if (_leaving is not null) return;
            foreach (var server in _servers.Values.ToArray()) CloseNow(server, leaving: true);
            _givingBack = GiveBackAllAsync();
        });
        _idleGivenBack.Task.Wait(LongestStopDelay);
    }

    /// <summary>Whether the program is a worker and nothing else, so that not being able to listen is its end.</summary>
    internal bool LivesToListen { get; set; }

    /// <summary>
    /// The program could not listen. The primary has logged why; a stack trace from every worker would only bury that line.
    /// </summary>
    internal void OnCannotListen()
    {
        if (LivesToListen && _port.PeerIsDrover) System.Environment.Exit(RestartPolicy.CannotListenExitCode);
    }

    /// <summary>The way of connections from and to the primary; null under a primary of Node's.</summary>
    internal HandOffReceiver? HandOff => _handOff;

    public override Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        _loop.Run(() => BeginLeaving(announce: true));
        return Disconnected.WaitAsync(cancellationToken);
    }

    public override void Kill(Signal signal = Signal.SIGTERM) => _loop.Run(() =>
    {
        _exitedAfterDisconnect = true;
        _ = _channel.IsOpen ? AnnounceAsync().ContinueWith(_ => System.Environment.Exit(0), TaskScheduler.Default) : Task.Run(() => System.Environment.Exit(0));
    });

    /// <summary>
    /// Asks the primary for a server and opens it here. A worker that is leaving gets one that is closed: being told to end while it
    /// starts is no failure of the program's.
    /// </summary>
    /// <exception cref="SocketException">The reason for which the address cannot be listened on.</exception>
    public async Task<WorkerServer> ListenAsync(ListenRequest request, ClusterListenOptions options, bool inlineContinuations)
    {
        WorkerServer? server = null;
        if (request.ReusePort)
        {
            await _loop.RunAsync(() => server = OpenOwn(request, options, inlineContinuations));
            return server!;
        }

        var answer = new TaskCompletionSource<ListenReply?>(TaskCreationOptions.RunContinuationsAsynchronously);
        ListenRequest? asked = null;
        await _loop.RunAsync(() =>
        {
            if (IsLeaving)
            {
                answer.SetResult(null);
                return;
            }

            asked = request with { Index = _indexes.Take(request) };
            var sequence = _sequence++;
            _asked.Add(sequence, answer);
            if (!_channel.Send(NodeLines.QueryServer(asked, sequence))) answer.TrySetResult(null);
        });
        try
        {
            var reply = await answer.Task;
            if (reply is null)
            {
                if (asked is not null) _loop.Run(() => _indexes.Return(asked));
                return WorkerServer.OpenClosed(request, options);
            }

            if (reply.Error != Errno.None) throw SocketErrors.Exception(reply.Error);
            await _loop.RunAsync(() => server = Open(asked!, reply, options, inlineContinuations));
            return server!;
        }
        catch
        {
            _loop.Run(() => _indexes.Return(asked!));
            throw;
        }
    }

    /// <summary>Closes a server: no new connections, those that the program has go on.</summary>
    public Task CloseAsync(WorkerServer server) => _loop.RunAsync(() => CloseNow(server));

    internal override void OnGarbage(string what)
    {
        if (!_channel.IsOpen) return;
        _channel.Dispose();
        OnClosed(new ChannelProtocolException(what));
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
            case NodeCommand.HandleAcknowledged or NodeCommand.HandleRefused:
                _channel.HandleAnswered();
                break;
            case NodeCommand.Cluster:
                OnClusterMessage(message, descriptor: null);
                break;
        }
    }

    void IChannelOwner.OnBatchEnd() => _port.BatchEnd();

    void IChannelOwner.OnClosed(Exception? reason) => OnClosed(reason);

    private static TimeSpan? TimeIn(string variable)
    {
        if (!double.TryParse(System.Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var seconds)) return null;
        return seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
    }

    private static FileDescriptor? TakeDescriptor(string variable)
    {
        if (!int.TryParse(System.Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var number)) return null;
        var descriptor = new FileDescriptor(number);
        descriptor.SetCloseOnExec();
        return descriptor;
    }

    private void Start()
    {
        _channel.Start();
        _handOff?.Start();
        if (_handOff is not null) new Heartbeat(_loop, _handOff).Begin();
        _channel.Send(NodeLines.Online(_sequence++, handOff: _handOff is not null));
    }

    private void ReceiveHandle(in NodeMessage message)
    {
        var descriptor = _channel.TakeDescriptor();
        _channel.Send(descriptor is null ? NodeLines.HandleRefused : NodeLines.HandleAcknowledged);
        if (descriptor is null) return;
        if (!NodeMessage.IsInternal(message.Inner)) _port.Receive(message.Inner, descriptor);
        else OnClusterMessage(NodeMessage.Parse(message.Inner), descriptor);
    }

    private void OnClusterMessage(in NodeMessage message, FileDescriptor? descriptor)
    {
        if (message.Acknowledges is { } acknowledged && message.Act == NodeAct.None)
        {
            if (acknowledged == _leaveSequence) _leaveAcknowledged.TrySetResult();
            if (_asked.Remove(acknowledged, out var asked))
            {
                var bound = message.BoundAddress is { } address ? new IPEndPoint(IPAddress.Parse(address), message.BoundPort) : null;
                var reply = new ListenReply(message.Key ?? "", (Errno)(-message.Error), bound, message.Drover, descriptor);
                if (!asked.TrySetResult(reply)) GiveBack(reply);
            }
            else
            {
                descriptor?.Dispose();
            }

            return;
        }

        switch (message.Act)
        {
            case NodeAct.NewConnection:
                AcceptFromNode(message, descriptor);
                break;
            case NodeAct.Disconnect:
                descriptor?.Dispose();
                BeginLeaving(announce: false);
                break;
            default:
                descriptor?.Dispose();
                break;
        }
    }

    // Over the channel come connections of a Node primary only. It may close its copy with our answer, so they are ours at once.
    private void AcceptFromNode(in NodeMessage message, FileDescriptor? descriptor)
    {
        var accepted = descriptor is not null && message.Key is { } key && _servers.TryGetValue(key, out var server) && !server.IsClosed
            && server.Inbox is { } inbox && inbox.TryAdd(AssignedConnection.Unshared(descriptor.Value));
        if (accepted) descriptor!.Release();
        else descriptor?.Dispose();
        _channel.Send(NodeLines.Accepted(message.Sequence ?? 0, accepted, _sequence++));
    }

    private WorkerServer Open(ListenRequest request, ListenReply reply, ClusterListenOptions options, bool inlineContinuations)
    {
        // The program may have been told to end while it waited for the answer.
        if (IsLeaving)
        {
            GiveBack(reply);
            return WorkerServer.OpenClosed(request, options);
        }

        if (reply.Lent is not null && !request.IsDatagram && TryListen(request, reply.Lent) is var error && error != Errno.None)
        {
            GiveBack(reply);
            throw SocketErrors.Exception(error);
        }

        var server = Create(request, reply, options, inlineContinuations);
        _servers[reply.Key] = server;
        if (server.Number is { } number) _handOff!.Add(number, server.Inbox!);
        server.AcceptLoop?.Start();
        if (_state == WorkerState.Online) _state = WorkerState.Listening;
        var port = server.LocalEndPoint is IPEndPoint ip ? ip.Port : request.Port;
        _channel.Send(NodeLines.Listening(request, port, _sequence++));
        return server;
    }

    private static Errno TryListen(ListenRequest request, FileDescriptor lent)
    {
        // Node keeps a failed bind for later and lends the socket all the same: listening would give it some port that nobody asked for.
        if (request.Port > 0 && (ListeningSocket.LocalEndPoint(lent) as IPEndPoint)?.Port != request.Port) return Errno.AddressInUse;

        // Node hands over a socket that is only bound; listening again on one that listens already is harmless.
        lent.SetNonBlocking();
        return ListeningSocket.TryListen(lent, request.Backlog > 0 ? request.Backlog : BoundSocket.DefaultBacklog);
    }

    private WorkerServer OpenOwn(ListenRequest request, ClusterListenOptions options, bool inlineContinuations)
    {
        if (IsLeaving) return WorkerServer.OpenClosed(request, options);
        var server = WorkerServer.OpenOwn(request, options, inlineContinuations, _loop, Logger);
        _servers[server.Key] = server;
        return server;
    }

    // The answer to a question that nobody asks any more.
    private void GiveBack(ListenReply reply)
    {
        reply.Lent?.Dispose();
        if (reply.Error == Errno.None) _channel.Send(NodeLines.Close(reply.Key, _isStopping, _sequence++));
    }

    private WorkerServer Create(ListenRequest request, ListenReply reply, ClusterListenOptions options, bool inlineContinuations)
    {
        if (request.IsDatagram)
        {
            return new WorkerServer { Key = reply.Key, Request = request, Datagrams = reply.Lent, LocalEndPoint = ListeningSocket.LocalEndPoint(reply.Lent!) };
        }

        IConnectionClaims claims = reply.Server is null ? new PlainClaims() : _handOff!;
        var inbox = new ConnectionInbox(claims, options.MaxConnections, options.DropConnectionsAboveMax, inlineContinuations);
        if (reply.Lent is null)
        {
            return new WorkerServer
            {
                Key = reply.Key,
                Request = request,
                Inbox = inbox,
                Number = reply.Server,
                LocalEndPoint = request.Kind == ListenKind.Unix ? WorkerServer.UnixEndPoint(request) : reply.Bound,
            };
        }

        return new WorkerServer
        {
            Key = reply.Key,
            Request = request,
            Inbox = inbox,
            AcceptLoop = new AcceptLoop(_loop, reply.Lent, inbox, Logger),
            LocalEndPoint = ListeningSocket.LocalEndPoint(reply.Lent),
        };
    }

    private void CloseNow(WorkerServer server, bool leaving = false)
    {
        if (server.IsClosed) return;
        server.Close(leaving);
        _servers.Remove(server.Key);
        if (server.IsOwn) return;
        _indexes.Return(server.Request);
        if (server.Number is { } number) _handOff?.Remove(number);
        _channel.Send(NodeLines.Close(server.Key, _isStopping, _sequence++));
    }

    /// <summary>Loop thread only; the first call counts.</summary>
    private void BeginLeaving(bool announce)
    {
        if (_leaving is not null) return;
        _exitedAfterDisconnect = true;
        _leaving = LeaveAsync(announce);
    }

    private async Task LeaveAsync(bool announce)
    {
        await Task.Yield();
        _state = WorkerState.Draining;

        // Told first, so that the primary knows the closing of the servers for what it is and keeps the ports open.
        if (announce && _port.PeerIsDrover) await AnnounceAsync();
        WorkerServer[] servers = [];
        await _loop.RunAsync(() =>
        {
            servers = [.. _servers.Values];
            foreach (var server in servers) CloseNow(server, leaving: true);

            // A primary does not answer a worker that it has asked to leave.
            foreach (var asked in _asked.Values) asked.TrySetResult(null);
        });
        // The program goes on until the connections that can move have moved: what it stops afterwards is nobody's loss.
        await GiveBackAllAsync();
        try
        {
            await _disconnecting.CancelAsync();
        }
        catch (AggregateException exception)
        {
            // What a handler of the program's does wrong must not keep the process from ending.
            WorkerLog.HandlerFailed(Logger, exception);
        }

        if (_givingBack is not null) await _givingBack;
        var drained = Task.WhenAll(servers.Select(s => s.Drained));
        if (DrainTimeout == Timeout.InfiniteTimeSpan) await drained;
        else await Task.WhenAny(drained, Task.Delay(DrainTimeout, _time));
        if (announce && !_port.PeerIsDrover) await AnnounceAsync();
        if (_channel.IsOpen) await _channel.FlushAsync();
        await _loop.RunAsync(() =>
        {
            _channel.Dispose();
            _handOff?.Dispose();
            _port.End();
        });
        _leaveAcknowledged.TrySetResult();
        try
        {
            RaiseDisconnect();
        }
        catch (Exception exception)
        {
            WorkerLog.HandlerFailed(Logger, exception);
        }

        _disconnected.TrySetResult();
        if (Volatile.Read(ref _lifetimeOwners) == 0) System.Environment.Exit(0);
    }

    private async Task GiveBackAllAsync()
    {
        if (_handOff is { IsOpen: true, Holder: { } holder })
        {
            await holder.BeginGivingBackAllAsync();
            _idleGivenBack.TrySetResult();
            await holder.UntilAllGivenBackAsync(LongestGivingBack());
        }

        _idleGivenBack.TrySetResult();
    }

    // The rest of the drain timeout is for connections that cannot move; they hear of the end from the program.
    private TimeSpan LongestGivingBack() =>
        DrainTimeout == Timeout.InfiniteTimeSpan || DrainTimeout > 3 * GivingBackTime ? GivingBackTime : DrainTimeout / 3;

    private Task AnnounceAsync()
    {
        _loop.Run(() =>
        {
            _leaveSequence = _sequence++;
            if (!_channel.Send(NodeLines.Act("exitedAfterDisconnect"u8, _leaveSequence))) _leaveAcknowledged.TrySetResult();
        });
        return _leaveAcknowledged.Task;
    }

    // The channel has ended. Unless it was asked for, the primary is gone: what has begun is finished, and the process ends.
    private void OnClosed(Exception? reason)
    {
        if (reason is not null) ChannelLog.PrimaryUnintelligible(Logger, reason.Message);
        _leaveAcknowledged.TrySetResult();
        foreach (var asked in _asked.Values) asked.TrySetResult(null);
        _asked.Clear();
        _handOff?.Dispose();
        if (_leaving is not null) return;
        _exitedAfterDisconnect = false;
        _leaving = LeaveAsync(announce: false);
        if (DrainTimeout == Timeout.InfiniteTimeSpan) return;

        // Nobody watches this process any more: it must end even if its program does not.
        _loop.After(DrainTimeout + ClusterCore.DrainGrace, () => System.Environment.Exit(0));
    }
}
