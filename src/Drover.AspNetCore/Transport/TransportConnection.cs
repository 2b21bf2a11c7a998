using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Drover.Connections;
using Drover.Interop;
using Drover.Loop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Pipe = System.IO.Pipelines.Pipe;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// One client's connection as Kestrel sees it. It ends with the first reason that anybody gives; its descriptor is closed, on the
/// loop's thread, when neither side uses it any more.
/// </summary>
internal sealed class TransportConnection : ConnectionContext, IReadinessHandler,
    IConnectionIdFeature, IConnectionTransportFeature, IConnectionItemsFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature,
    IMemoryPoolFeature, IReleaseListener
{
    private const Readiness Interest = Readiness.Readable | Readiness.Writable | Readiness.PeerClosed | Readiness.EdgeTriggered;

    private static readonly ConnectionAbortedException EndedGracefully = new("The connection was ended after all output was sent.");

    private readonly TransportLoop _loop;
    private readonly ConnectedSocket _socket;
    private readonly ConnectionHold? _hold;
    private readonly PipeWriter _received;
    private readonly DuplexPipe _application;
    private readonly ReceiveSide _receiveSide;
    private readonly SendSide _sendSide;
    private readonly ConnectionEnd _end;
    private readonly Action? _ended;
    private readonly Lock _endLock = new();
    private Exception? _endReason;
    private bool _descriptorClosed;
    private UpgradedStream? _upgraded;
    private Task? _goodbye;
    private Watch? _watch;
    private Task? _life;

    /// <param name="loop">Where it lives.</param>
    /// <param name="socket">Its own from now on.</param>
    /// <param name="claim">Null: nobody else has the connection.</param>
    /// <param name="local">The server's end.</param>
    /// <param name="remote">The client's end.</param>
    /// <param name="ended">Called once, when the descriptor has been closed.</param>
    internal TransportConnection(TransportLoop loop, ConnectedSocket socket, ConnectionClaim? claim, EndPoint? local, EndPoint? remote, Action? ended)
    {
        _loop = loop;
        _socket = socket;
        _hold = claim is null ? null : new ConnectionHold(claim, this);
        _ended = ended;
        if (remote is IPEndPoint) socket.DisableDelay();
        var input = new Pipe(loop.InputOptions);
        var output = new Pipe(loop.OutputOptions);
        _received = input.Writer;
        _receiveSide = new ReceiveSide(this, socket, _hold, input.Writer, loop);
        _sendSide = new SendSide(this, socket, _hold, output.Reader, loop.Logger);
        Transport = _application = new DuplexPipe(_hold is null ? input.Reader : new ApplicationInput(input.Reader, _hold), output.Writer);
        ConnectionId = ConnectionIds.Next();
        _end = new ConnectionEnd(this, loop.Logger);
        ConnectionClosed = _end.Closed;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features = ConnectionFeatures.Of(this);
        if (_hold is not null) Features.Set(this);
    }

    public override string ConnectionId { get; set; }

    public override IDuplexPipe Transport { get; set; }

    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }

    public override IFeatureCollection Features { get; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    MemoryPool<byte> IMemoryPoolFeature.MemoryPool => _loop.Memory;

    /// <summary>Why the connection has ended; null while nobody has ended it. The client's own end of stream does not end it.</summary>
    internal Exception? EndReason => Volatile.Read(ref _endReason);

    /// <summary>Loop thread, once.</summary>
    internal void Start()
    {
        try
        {
            _watch = _loop.Events.Watch(_socket.Value, Interest, this);
        }
        catch (SystemCallException exception)
        {
            // Nothing will ever be reported of this connection, so both sides are sent off by hand to see its end.
            End(exception);
            _sendSide.Cancel();
            _receiveSide.OnReadable(peerClosed: true);
        }

        _life = RunAsync();
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        const Readiness Ended = Readiness.PeerClosed | Readiness.HangUp | Readiness.Error;
        var ended = (readiness & Ended) != Readiness.None;
        if (ended || (readiness & Readiness.Readable) != Readiness.None) _receiveSide.OnReadable(ended);
        if (ended || (readiness & Readiness.Writable) != Readiness.None) _sendSide.OnWritable();
    }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        End(abortReason);
        _sendSide.Cancel();
    }

    /// <summary>Sends what the application has written, then ends the connection.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _application.Input.CompleteAsync();
        await _application.Output.CompleteAsync();
        await _end.Complete;
        if (_life is not null) await _life;
        if (_goodbye is not null) await _goodbye;
        _end.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>
    /// Any thread. The first reason counts; null means that all is sent. The kernel reports the end as an edge, which is what wakes
    /// the sides that wait.
    /// </summary>
    internal void End(Exception? reason)
    {
        lock (_endLock)
        {
            if (_endReason is not null || _descriptorClosed) return;
            Volatile.Write(ref _endReason, reason ?? EndedGracefully);
            if (_hold?.TryEnd() == false)
            {
                // It is another worker's by now: only this side of it ends, and no edge will tell.
                _receiveSide.OnReadable(peerClosed: true);
            }
            else if (reason is null || _loop.Options.EndStreamOnAbort)
            {
                _socket.ShutDown();
            }
            else
            {
                _socket.Reset();
            }
        }

        if (reason is null) TransportLog.ConnectionEnding(_loop.Logger, ConnectionId);
        else TransportLog.ConnectionAborted(_loop.Logger, ConnectionId, reason.Message);

        // A receiver that is paused because the application does not read must see the end too.
        _received.CancelPendingFlush();
    }

    /// <summary>Whether the connection can go to another worker, now or when its request is over.</summary>
    internal bool IsMovable => _hold?.IsMovable == true;

    /// <summary>A request begins on this connection.</summary>
    internal void BeginRequest(HttpContext context)
    {
        _hold!.BeginRequest(context, isPlain: ReferenceEquals(Transport, _application));
        WebSocketUpgrade.Watch(context, this);
    }

    /// <summary>The connection is a WebSocket from now on.</summary>
    internal void OnUpgraded(UpgradedStream stream)
    {
        _hold!.Pin();
        Volatile.Write(ref _upgraded, stream);
        if (_loop.IsGivingBack) SayGoodbye();
    }

    /// <summary>The application is done with the request.</summary>
    internal void EndRequest() => _hold!.EndRequest();

    /// <summary>
    /// Bytes have arrived for a worker that is giving its connections away: an idle one goes, with what it brings. If it cannot go after
    /// all, the receiver hears of the bytes again.
    /// </summary>
    internal bool TryReturnSoon() => _loop.IsGivingBack && _hold?.IsIdle == true && _loop.Events.Post(() =>
    {
        if (!TryReturn()) _receiveSide.OnReadable(peerClosed: false);
    });

    /// <summary>Gives the connection to another worker if it is idle; here it just ends. Loop thread only.</summary>
    internal bool TryReturn()
    {
        if (_hold?.TryReturn() != true) return false;
        LetGo();
        return true;
    }

    /// <summary>Loop thread only.</summary>
    internal void LetGoIfMoved()
    {
        if (_hold?.HasMoved() == true) LetGo();
    }

    /// <summary>A connection that cannot move: the client is asked to go, where the protocol has words for that. Loop thread only.</summary>
    internal void AskToClose()
    {
        SayGoodbye();
        if (_hold is not { IsPinned: true } || Features.Get<IConnectionLifetimeNotificationFeature>() is not { } lifetime) return;
        ThreadPool.UnsafeQueueUserWorkItem(static lifetime => lifetime.RequestClose(), lifetime, preferLocal: false);
    }

    private void SayGoodbye()
    {
        if (Volatile.Read(ref _upgraded) is { } stream) _goodbye ??= stream.SayGoodbyeAsync();
    }

    void IReleaseListener.OnReleased()
    {
        if (_loop.IsGivingBack) _loop.Events.Post(() => TryReturn());
    }

    // Another worker has it, or will have it: nothing is said to the client, and the application sees the end of its input.
    private void LetGo()
    {
        LeaveLoop();
        _receiveSide.OnReadable(peerClosed: true);
    }

    private async Task RunAsync()
    {
        var sending = _sendSide.RunAsync();
        await _receiveSide.RunAsync();

        // Mostly all is sent by now. Else the client has ended its stream only, and gets its answer first.
        var halfOpen = !sending.IsCompleted;
        if (halfOpen) _end.TellApplication();
        await sending;
        if (_loop.Events.IsCurrent || !_loop.Events.Post(LeaveLoop)) LeaveLoop();
        if (!halfOpen) _end.TellApplication();
    }

    // Out of the epoll set first: the registration belongs to the open file, and would outlive our descriptor in another's hands.
    private void LeaveLoop()
    {
        lock (_endLock)
        {
            if (_descriptorClosed) return;
            _descriptorClosed = true;
            if (_loop.Events.IsCurrent)
            {
                _watch?.Dispose();
                _loop.Remove(this);
            }

            _socket.Dispose();
        }

        if (_hold is not null)
        {
            _hold.Tell();
            _loop.TellSoon();
        }

        _end.DescriptorIsClosed();
        _ended?.Invoke();
    }
}
