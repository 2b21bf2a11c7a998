using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Drover.Channels;
using Drover.Interop;

namespace Drover;

/// <summary>
/// A worker: in the primary the handle of one that was forked, in the worker itself (<see cref="Cluster.Worker"/>) the handle of the
/// process the code runs in. Messages go to the other side in either case. All members may be used from any thread.
/// </summary>
public abstract class Worker
{
    /// <summary>How long <see cref="InvokeAsync{TRequest, TResponse}(TRequest, TimeSpan?, CancellationToken)"/> waits unless told otherwise: 30 s.</summary>
    public static readonly TimeSpan DefaultInvokeTimeout = TimeSpan.FromSeconds(30);

    private readonly List<(Action<ClusterMessage> Handler, IDisposable Registration)> _rawHandlers = [];

    private protected Worker(int id) => Id = id;

    /// <summary>The number of the worker in its cluster, from 1; never used again.</summary>
    public int Id { get; }

    /// <summary>The process number.</summary>
    public abstract int ProcessId { get; }

    /// <summary>Where the worker stands in its life.</summary>
    public abstract WorkerState State { get; }

    /// <summary>Whether the channel between primary and worker is open.</summary>
    public abstract bool IsConnected { get; }

    /// <summary>Whether the process has ended; always false in the worker itself.</summary>
    public abstract bool IsDead { get; }

    /// <summary>
    /// Null while the worker lives undisturbed; true once it was asked to disconnect or did so by itself; false when it ended any other way.
    /// </summary>
    public abstract bool? ExitedAfterDisconnect { get; }

    /// <summary>
    /// It is ready and gets no connections, until it takes the place of a worker that dies (<see cref="ClusterSettings.Spares"/>). Primary
    /// only; in the worker itself always false.
    /// </summary>
    public virtual bool IsSpare => false;

    /// <summary>The worker's output, when <see cref="ClusterSettings.Stdio"/> is <see cref="WorkerStdio.Pipe"/>; null otherwise. Primary only.</summary>
    public abstract ForkedStreams? Streams { get; }

    /// <summary>The code that the process ended with; null while it lives and when a signal ended it. Primary only.</summary>
    public abstract int? ExitCode { get; }

    /// <summary>The signal that ended the process; null while it lives and when it ended by itself. Primary only.</summary>
    public abstract Signal? ExitSignal { get; }

    /// <summary>Primary only: the worker runs.</summary>
    public event Action? Online;

    /// <summary>Primary only: the worker listens; raised for each of its servers.</summary>
    public event Action<ListeningAddress>? Listening;

    /// <summary>The channel has ended, for whatever reason.</summary>
    public event Action? Disconnect;

    /// <summary>Primary only: the process has ended, with a code or by a signal.</summary>
    public event Action<int?, Signal?>? Exit;

    /// <summary>
    /// Every message from the other side, as JSON. Messages that arrive before anybody subscribes are kept for the first who does.
    /// </summary>
    public event Action<ClusterMessage>? Message
    {
        add
        {
            if (value is not { } handler) return;
            var raw = new RawMessageHandler((_, message) => handler(message));
            lock (_rawHandlers) _rawHandlers.Add((handler, Handlers.Add(raw)));
        }

        remove
        {
            lock (_rawHandlers)
            {
                var index = _rawHandlers.FindLastIndex(h => h.Handler == value);
                if (index < 0) return;
                _rawHandlers[index].Registration.Dispose();
                _rawHandlers.RemoveAt(index);
            }
        }
    }

    internal abstract MessagePort Port { get; }

    private MessageHandlers Handlers => Port.Handlers;

    /// <summary>
    /// Sends any value that can be written as JSON to the other side. Completes when the channel has room for more (back-pressure);
    /// it does not wait until the other side has handled the message.
    /// </summary>
    /// <exception cref="WorkerDisconnectedException">The channel has ended.</exception>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public ValueTask SendAsync<T>(T value, CancellationToken cancellationToken = default) =>
        Port.SendAsync(value, MessageFormat.TypeInfo<T>(), socket: null, cancellationToken);

    /// <inheritdoc cref="SendAsync{T}(T, CancellationToken)"/>
    public ValueTask SendAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        Port.SendAsync(value, type, socket: null, cancellationToken);

    /// <summary>
    /// Sends a connected socket along with a message. The receiver gets its own descriptor of the connection; the sender's socket stays
    /// the sender's, who usually disposes it next.
    /// </summary>
    /// <inheritdoc cref="SendAsync{T}(T, CancellationToken)"/>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public ValueTask SendAsync<T>(T value, Socket socket, CancellationToken cancellationToken = default) =>
        SendAsync(value, socket, MessageFormat.TypeInfo<T>(), cancellationToken);

    /// <inheritdoc cref="SendAsync{T}(T, Socket, CancellationToken)"/>
    public ValueTask SendAsync<T>(T value, Socket socket, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.Blocking) ReceivedSocket.KeepBlockingCalls(socket);
        var copy = FileDescriptor.DuplicateOf(socket.SafeHandle);
        return Port.SendAsync(value, type, copy, cancellationToken);
    }

    /// <summary>Sends a request and waits for the answer of the other side's <c>OnRequest</c> handler for this type.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeout">How long to wait; default <see cref="DefaultInvokeTimeout"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; the handler on the other side is not interrupted.</param>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    /// <exception cref="RemoteInvocationException">The handler failed.</exception>
    /// <exception cref="WorkerDisconnectedException">The channel has ended.</exception>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public Task<TResponse> InvokeAsync<TRequest, TResponse>(TRequest request, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        InvokeAsync(request, MessageFormat.TypeInfo<TRequest>(), MessageFormat.TypeInfo<TResponse>(), timeout, cancellationToken);

    /// <inheritdoc cref="InvokeAsync{TRequest, TResponse}(TRequest, TimeSpan?, CancellationToken)"/>
    public Task<TResponse> InvokeAsync<TRequest, TResponse>(
        TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Port.InvokeAsync(request, requestType, responseType, timeout ?? DefaultInvokeTimeout, cancellationToken);

    /// <summary>
    /// Calls the handler with every message of this type from the other side, one at a time, in order. A message from a Node program
    /// has no type and goes to every handler that it fits. Dispose the result to stop.
    /// </summary>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public IDisposable OnMessage<T>(Action<T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return OnMessage(MessageFormat.TypeInfo<T>(), value =>
        {
            handler(value);
            return ValueTask.CompletedTask;
        });
    }

    /// <inheritdoc cref="OnMessage{T}(Action{T})"/>
    /// <remarks>The next message waits until the task has ended: a slow handler slows the sender down.</remarks>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public IDisposable OnMessage<T>(Func<T, ValueTask> handler) => OnMessage(MessageFormat.TypeInfo<T>(), handler);

    /// <inheritdoc cref="OnMessage{T}(Func{T, ValueTask})"/>
    public IDisposable OnMessage<T>(JsonTypeInfo<T> type, Func<T, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Handlers.Add(new TypedMessageHandler<T>(type, (_, value) => handler(value)));
    }

    /// <summary>Answers requests of this type from the other side; several at a time. The newest handler of a type answers.</summary>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public IDisposable OnRequest<TRequest, TResponse>(Func<TRequest, CancellationToken, ValueTask<TResponse>> handler) =>
        OnRequest(MessageFormat.TypeInfo<TRequest>(), MessageFormat.TypeInfo<TResponse>(), handler);

    /// <inheritdoc cref="OnRequest{TRequest, TResponse}(Func{TRequest, CancellationToken, ValueTask{TResponse}})"/>
    public IDisposable OnRequest<TRequest, TResponse>(
        JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, Func<TRequest, CancellationToken, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Handlers.Add(new RequestHandler<TRequest, TResponse>(requestType, responseType, (_, request, ct) => handler(request, ct)));
    }

    /// <summary>
    /// Ends the worker gracefully: it gets no new connections, finishes what it has, and closes the channel. Completes when that is done:
    /// in the primary when the process has ended, in the worker when the channel is closed. Cancelling ends the waiting only.
    /// </summary>
    public abstract Task DisconnectAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// In the primary: sends a signal to the process; nothing happens when it has ended already. In the worker: disconnects and ends the
    /// process with code 0 (the signal does not matter then).
    /// </summary>
    public abstract void Kill(Signal signal = Signal.SIGTERM);

    /// <inheritdoc/>
    public override string ToString() => $"worker {Id} (pid {ProcessId})";

    internal void RaiseOnline() => Online?.Invoke();

    internal void RaiseListening(ListeningAddress address) => Listening?.Invoke(address);

    internal void RaiseDisconnect() => Disconnect?.Invoke();

    internal void RaiseExit() => Exit?.Invoke(ExitCode, ExitSignal);

    /// <summary>The other side wrote what the protocol does not know. Loop thread only.</summary>
    internal abstract void OnGarbage(string what);
}
