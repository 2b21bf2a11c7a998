using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging;

namespace Drover.Channels;

/// <summary>
/// The user's side of a channel: messages out with back-pressure, messages in to the handlers in order, requests and their answers.
/// Handlers run one message after the other, on a thread that they may block: quick ones between two turns of the loop, which
/// goes on without them when they are not, others on the thread pool.
/// </summary>
internal sealed class MessagePort : IThreadPoolWorkItem
{
    /// <summary>More unhandled bytes than this and reading pauses until the handlers have caught up.</summary>
    private const int PauseReadingAbove = 4 * 1024 * 1024;

    // Messages that no handler wants yet are kept for one that comes later, within these bounds.
    private const int MaxUnclaimedBytes = 16 * 1024 * 1024;

    // Answers of a batch leave together, but not later than after this many messages.
    private const int MessagesPerFlush = 16;

    // A batch that takes longer than this keeps its port's handlers away from the loop for a while.
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SlowFor = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = TimeProvider.System;
    private readonly EventLoop _loop;
    private readonly IpcChannel _channel;
    private readonly Worker _worker;
    private readonly MessageHandlers _shared;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<long, IPendingAnswer> _answers = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EarlyMessages _early;
    private readonly MessageQueue _unclaimed = new();
    private MessageQueue _arriving = new();
    private MessageQueue _handling = new();
    private long _lastRequest;
    private long _lastSlow;
    private bool _pumping;
    private bool _paused;
    private HandlerSnapshot _handlers;
    private bool _warned;
    private bool _unintelligible;
    private volatile bool _peerIsDrover;

    /// <summary>Begins to keep what arrives; it is handled as soon as somebody subscribes.</summary>
    /// <param name="loop">The channel's loop.</param>
    /// <param name="channel">Where messages come from and go to.</param>
    /// <param name="worker">Whose messages these are.</param>
    /// <param name="shared">Handlers for the messages of every worker; null where there is but one.</param>
    /// <param name="logger">For messages that nobody understands, and handlers that fail.</param>
    /// <param name="peerIsDrover">Whether the other side understands typed messages. Null: that will turn out with <see cref="PeerIsKnown"/>.</param>
    internal MessagePort(EventLoop loop, IpcChannel channel, Worker worker, MessageHandlers? shared, ILogger logger, bool? peerIsDrover)
    {
        _early = new EarlyMessages(channel, isOpen: peerIsDrover is null);
        _peerIsDrover = peerIsDrover == true;
        _loop = loop;
        _channel = channel;
        _worker = worker;
        _shared = shared ?? new MessageHandlers();
        _logger = logger;
        Handlers.Added += Wake;
        _shared.Added += Wake;
    }

    internal MessageHandlers Handlers { get; } = new();

    internal CancellationToken Ended => _ended.Token;

    /// <summary>Completes after the channel has ended and the last message was handled.</summary>
    internal Task Drained => _drained.Task;

    internal bool PeerIsDrover => _peerIsDrover;

    /// <summary>The peer has said what it is. False when that was known before.</summary>
    internal bool PeerIsKnown(bool isDrover)
    {
        if (!_early.IsOpen) return false;
        _peerIsDrover = isDrover;
        _early.Conclude(isDrover);
        return true;
    }

    internal ValueTask SendAsync<T>(T value, JsonTypeInfo<T> type, FileDescriptor? socket, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_early.IsOpen && _early.TryAdd(MessageFormat.Plain(value, type).ToArray(), MessageFormat.Message(value, type).ToArray(), socket))
            return _early.WaitForRoomAsync(cancellationToken);
        var line = PeerIsDrover ? MessageFormat.Message(value, type) : MessageFormat.Plain(value, type);
        var sent = socket is null ? _channel.Send(line) : _channel.Send(NodeLines.Handle(HandleTypes.Socket, line), socket);
        return sent ? _channel.WaitForRoomAsync(cancellationToken) : ValueTask.FromException(Disconnected());
    }

    internal void SendLine(ReadOnlySpan<byte> line) => _channel.Send(line);

    internal async Task<TResponse> InvokeAsync<TRequest, TResponse>(
        TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastRequest);
        var answer = new PendingAnswer<TResponse>(responseType);
        _answers[id] = answer;
        try
        {
            Ask(id, request, requestType);
            await _early.WaitForRoomAsync(cancellationToken);
            return await answer.Task.WaitAsync(timeout, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            throw new TimeoutException(
                $"No answer to {typeof(TRequest).Name} from {_worker} within {timeout.TotalSeconds:0.###} s. Does it have an OnRequest handler for this type?",
                exception);
        }
        finally
        {
            _answers.TryRemove(id, out _);
        }
    }

    private void Ask<T>(long id, T request, JsonTypeInfo<T> type)
    {
        var line = MessageFormat.Request(id, request, type);
        if (_early.IsOpen)
        {
            // In its place among the messages.
            var copy = line.ToArray();
            if (_early.TryAdd(copy, copy, socket: null)) return;
            line = copy;
        }

        if (!_channel.Send(line)) throw Disconnected();
    }

    /// <summary>A user's line has arrived. Loop thread only; <see cref="BatchEnd"/> follows.</summary>
    internal void Receive(ReadOnlySpan<byte> line, FileDescriptor? socket)
    {
        // Answers do not queue behind messages: a handler may be waiting for this very one.
        if (socket is null && line.StartsWith(MessageFormat.ResponsePrefix) && TryComplete(line)) return;
        lock (_lock)
        {
            _arriving.Add(line, socket is null ? null : new ReceivedSocket(socket));
            if (_arriving.Bytes < PauseReadingAbove || _paused) return;
            _paused = true;
        }

        _channel.PauseReading();
    }

    internal void BatchEnd()
    {
        lock (_lock)
        {
            if (_pumping || _arriving.Count == 0) return;
            _pumping = true;
        }

        // Handlers that are quick run between two turns of the loop, which saves a wake-up for each message.
        if (_loop.IsCurrent && _time.GetElapsedTime(_lastSlow) > SlowFor) _loop.RunUserCode(this);
        else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>The channel has ended: what has arrived is still handled, what is asked gets no answer any more.</summary>
    internal void End()
    {
        // The worker's own handlers may still come: what it has sent before it ended is kept for them.
        _shared.Added -= Wake;
        _early.Conclude(_peerIsDrover);
        _ended.Cancel();
        foreach (var id in _answers.Keys)
        {
            if (_answers.TryRemove(id, out var answer)) answer.Fail(Disconnected());
        }

        lock (_lock)
        {
            if (!_pumping && _arriving.Count == 0) _drained.TrySetResult();
        }

        BatchEnd();
    }

    void IThreadPoolWorkItem.Execute() => _ = PumpAsync();

    // The task is not lost: _pumping stays true until it ends, and Drained completes with it.
    private async Task PumpAsync()
    {
        while (true)
        {
            lock (_lock)
            {
                // One set of handlers for a whole batch, and those messages first that waited for a handler of a newer set: otherwise a
                // handler that comes in the middle would see later messages before earlier ones.
                var handlers = new HandlerSnapshot(Handlers, _shared);
                var retry = _unclaimed.Count > 0 && !handlers.IsSameAs(_handlers);
                _handlers = handlers;
                if (retry)
                {
                    MoveTo(_unclaimed, _handling);
                    MoveTo(_arriving, _handling);
                }
                else
                {
                    (_arriving, _handling) = (_handling, _arriving);
                }

                if (_handling.Count == 0)
                {
                    _pumping = false;
                    if (_ended.IsCancellationRequested) _drained.TrySetResult();
                    return;
                }

                if (_paused)
                {
                    _paused = false;
                    _loop.Post(_channel.ResumeReading);
                }
            }

            var begun = _time.GetTimestamp();
            try
            {
                if (!_unintelligible) await HandleBatchAsync(_handling);
            }
            catch (Exception exception)
            {
                // Handlers' own failures do not come here: what came is nothing that a handler could be given. The rest is not looked at.
                _unintelligible = true;
                _loop.Post(() => _worker.OnGarbage(exception.Message));
            }

            if (_time.GetElapsedTime(begun) > Slow) _lastSlow = _time.GetTimestamp();
            _handling.Clear();
        }
    }

    private async ValueTask HandleBatchAsync(MessageQueue batch)
    {
        var corked = false;
        try
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (i % MessagesPerFlush == 0 && corked) Uncork();
                if (!corked) Cork();
                var (line, socket) = batch[i];
                var handled = HandleAsync(line, socket);
                if (!handled.IsCompletedSuccessfully)
                {
                    // A handler that takes its time must not hold back what it has sent already.
                    Uncork();
                    await handled;
                }

                socket?.Dispose();
            }
        }
        finally
        {
            if (corked) Uncork();
        }

        void Cork()
        {
            _channel.Cork();
            corked = true;
        }

        void Uncork()
        {
            _channel.Uncork();
            corked = false;
        }
    }

    private ValueTask HandleAsync(ReadOnlyMemory<byte> line, ReceivedSocket? socket)
    {
        var parts = MessageFormat.Parse(line);
        switch (parts.Kind)
        {
            case MessageKind.Response or MessageKind.Failure:
                Complete(parts);
                return ValueTask.CompletedTask;
            case MessageKind.Request:
                return HandleRequest(parts, line);
            default:
                return HandleMessageAsync(parts, line, socket);
        }
    }

    private bool TryComplete(ReadOnlySpan<byte> line)
    {
        var parts = MessageFormat.Parse(line.ToArray());
        if (parts.Kind is not (MessageKind.Response or MessageKind.Failure)) return false;
        Complete(parts);
        return true;
    }

    // Without a waiter the answer came after its time limit.
    private void Complete(in MessageParts parts)
    {
        if (_answers.TryRemove(parts.Id, out var answer)) answer.Complete(parts);
    }

    private ValueTask HandleRequest(in MessageParts parts, ReadOnlyMemory<byte> line)
    {
        if (_handlers.RequestHandlerFor(parts.Type.Span) is { } handler)
        {
            // Not awaited here: a slow answer must not hold up the messages behind it. Its bytes outlive this batch.
            var copy = new MessageParts(parts.Kind, parts.Id, default, parts.Value.ToArray());
            _ = handler.AnswerAsync(_worker, this, copy).AsTask();
        }
        else
        {
            KeepUnclaimed(line, socket: null);
        }

        return ValueTask.CompletedTask;
    }

    private ValueTask HandleMessageAsync(in MessageParts parts, ReadOnlyMemory<byte> line, ReceivedSocket? socket)
    {
        if (_handlers.SingleMessageHandler is { } single && single.Wants(parts.Type.Span) && socket is null)
        {
            ValueTask<bool> handled;
            try
            {
                handled = single.HandleAsync(_worker, parts, null);
            }
            catch (Exception exception) when (exception is not ChannelProtocolException)
            {
                ChannelLog.HandlerFailed(_logger, exception, _worker.Id);
                return ValueTask.CompletedTask;
            }

            return handled.IsCompletedSuccessfully ? Finish(handled.GetAwaiter().GetResult(), line) : FinishAsync(handled, line);
        }

        return HandleByAllAsync(_handlers.MessageHandlers, parts, line, socket);
    }

    private ValueTask Finish(bool claimed, ReadOnlyMemory<byte> line)
    {
        if (!claimed) KeepUnclaimed(line, socket: null);
        return ValueTask.CompletedTask;
    }

    private async ValueTask FinishAsync(ValueTask<bool> pending, ReadOnlyMemory<byte> line)
    {
        try
        {
            if (!await pending) KeepUnclaimed(line, socket: null);
        }
        catch (Exception exception) when (exception is not ChannelProtocolException)
        {
            ChannelLog.HandlerFailed(_logger, exception, _worker.Id);
        }
    }

    private async ValueTask HandleByAllAsync(IEnumerable<MessageHandler> handlers, MessageParts parts, ReadOnlyMemory<byte> line, ReceivedSocket? socket)
    {
        var claimed = false;
        foreach (var handler in handlers)
        {
            if (!handler.Wants(parts.Type.Span)) continue;
            try
            {
                claimed |= await handler.HandleAsync(_worker, parts, socket);
            }
            catch (Exception exception) when (exception is not ChannelProtocolException)
            {
                claimed = true;
                ChannelLog.HandlerFailed(_logger, exception, _worker.Id);
            }
        }

        if (!claimed) KeepUnclaimed(line, socket);
    }

    private void KeepUnclaimed(ReadOnlyMemory<byte> line, ReceivedSocket? socket)
    {
        // A line that no handler has decoded may be anything, and only a peer that speaks JSON is worth keeping.
        MessageFormat.EnsureJson(line.Span);
        lock (_lock)
        {
            if (_unclaimed.Bytes + line.Length <= MaxUnclaimedBytes)
            {
                _unclaimed.Add(line.Span, socket?.Move());
                return;
            }

            if (_warned) return;
            _warned = true;
        }

        ChannelLog.UnclaimedDropped(_logger, _worker.Id, MaxUnclaimedBytes / (1024 * 1024));
    }

    private void Wake()
    {
        lock (_lock)
        {
            // A pump that runs looks at the handlers itself before it ends.
            if (_unclaimed.Count == 0 || _pumping) return;
            _pumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private static void MoveTo(MessageQueue from, MessageQueue to)
    {
        for (var i = 0; i < from.Count; i++)
        {
            var (line, socket) = from[i];
            to.Add(line.Span, socket);
        }

        from.Clear();
    }

    private WorkerDisconnectedException Disconnected() =>
        new($"The channel to {_worker} has ended; nothing can be sent to it any more.");
}
