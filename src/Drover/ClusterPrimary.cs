using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Drover.Channels;
using Drover.Workers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover;

/// <summary>
/// A cluster as its primary holds it: forks workers, owns their ports, hands connections to them. <see cref="Cluster"/> is the static
/// face of one of these; a program may have several. All members may be used from any thread; events are raised one after the other,
/// in order, on the thread pool.
/// </summary>
public sealed class ClusterPrimary : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly ClusterEvents _events;
    private readonly MessageHandlers _messages = new();
    private readonly List<(Action<Worker, ClusterMessage> Handler, IDisposable Registration)> _rawHandlers = [];
    private ClusterSettings _settings;
    private ClusterCore? _core;
    private bool _disposed;

    /// <summary>Makes a cluster; nothing is started before the first fork.</summary>
    /// <param name="settings">What to fork; copied. Default: this program.</param>
    /// <param name="loggerFactory">Where to log, as category <c>Drover</c>; default nowhere.</param>
    /// <exception cref="ClusterException">The system is not Linux.</exception>
    public ClusterPrimary(ClusterSettings? settings = null, ILoggerFactory? loggerFactory = null)
    {
        if (!OperatingSystem.IsLinux())
            throw new ClusterException(ClusterError.UnsupportedPlatform, "Drover passes sockets between processes as Linux does and runs on Linux only.");
        _settings = settings?.Copy() ?? new ClusterSettings();
        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Drover");
        _time = TimeProvider.System;
        _events = new ClusterEvents(_logger, _time);
    }

    /// <summary>After each <see cref="SetupPrimary"/> and before each fork's own event: the settings from then on.</summary>
    public event Action<ClusterSettings>? OnSetup
    {
        add => _events.OnSetup += value;
        remove => _events.OnSetup -= value;
    }

    /// <summary>A worker's process was started.</summary>
    public event Action<Worker>? OnFork
    {
        add => _events.OnFork += value;
        remove => _events.OnFork -= value;
    }

    /// <summary>A worker runs. It is not ready yet: that is <see cref="OnListening"/>.</summary>
    public event Action<Worker>? OnOnline
    {
        add => _events.OnOnline += value;
        remove => _events.OnOnline -= value;
    }

    /// <summary>A worker listens; raised for each of its servers.</summary>
    public event Action<Worker, ListeningAddress>? OnListening
    {
        add => _events.OnListening += value;
        remove => _events.OnListening -= value;
    }

    /// <summary>A worker's channel has ended, for whatever reason.</summary>
    public event Action<Worker>? OnDisconnect
    {
        add => _events.OnDisconnect += value;
        remove => _events.OnDisconnect -= value;
    }

    /// <summary>A worker's process has ended, with a code or by a signal: one of the two is null.</summary>
    public event Action<Worker, int?, Signal?>? OnExit
    {
        add => _events.OnExit += value;
        remove => _events.OnExit -= value;
    }

    /// <summary>The restart policy starts nothing in the place of this worker any more; the text says why.</summary>
    public event Action<Worker, string>? OnGiveUp
    {
        add => _events.OnGiveUp += value;
        remove => _events.OnGiveUp -= value;
    }

    /// <summary>Every message of every worker, as JSON.</summary>
    public event Action<Worker, ClusterMessage>? OnMessage
    {
        add
        {
            if (value is not { } handler) return;
            lock (_rawHandlers) _rawHandlers.Add((handler, _messages.Add(new RawMessageHandler(handler))));
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

    /// <summary>The workers by id: from the fork until both process and channel have ended. A snapshot.</summary>
    public IReadOnlyDictionary<int, Worker> Workers => _core?.Workers ?? System.Collections.Immutable.ImmutableSortedDictionary<int, Worker>.Empty;

    /// <summary>A copy of what the next fork starts from; change it with <see cref="SetupPrimary"/>.</summary>
    public ClusterSettings Settings
    {
        get
        {
            lock (_lock) return _settings.Copy();
        }
    }

    /// <summary>How connections are distributed, a name of <see cref="SchedulingPolicies"/>. Fixed by the first fork.</summary>
    /// <exception cref="ArgumentException">Set: there is no such policy.</exception>
    /// <exception cref="ClusterException">Get: the settings or an environment variable name no policy.</exception>
    /// <exception cref="InvalidOperationException">Set: a worker was forked already.</exception>
    public string SchedulingPolicy
    {
        get => ResolvePolicy(Settings.SchedulingPolicy).Name;
        set
        {
            var policy = SchedulingPolicies.Resolve(value);
            lock (_lock)
            {
                if (_core is not null)
                    throw new InvalidOperationException("The scheduling policy is fixed by the first fork. Set it before, or make another ClusterPrimary.");
                _settings.SchedulingPolicy = policy.Name;
            }
        }
    }

    /// <summary>Changes what later forks start from; the calls add up. Raises <see cref="OnSetup"/>.</summary>
    public void SetupPrimary(Action<ClusterSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ClusterSettings changed;
        lock (_lock)
        {
            changed = _settings.Copy();
            configure(changed);
            _settings = changed.Copy();
        }

        _events.Setup(changed);
    }

    /// <summary>Starts a worker with these variables on top of the settings; null removes a variable.</summary>
    /// <exception cref="ClusterException">The program cannot be run; the message says why.</exception>
    public Worker Fork(IReadOnlyDictionary<string, string?>? environment = null)
    {
        if (environment is null || environment.Count == 0) return ForkWith(configure: null);
        var variables = environment.ToArray();
        return ForkWith(settings =>
        {
            foreach (var (name, value) in variables) settings.Environment[name] = value;
        });
    }

    /// <summary>
    /// Starts a worker with settings of its own: the action changes a copy for this fork only. It is called again, with the settings of that
    /// time, when a reload replaces the worker.
    /// </summary>
    /// <exception cref="ClusterException">The program cannot be run; the message says why.</exception>
    public Worker Fork(Action<ClusterSettings> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return ForkWith(configure);
    }

    /// <summary>
    /// Replaces all workers with no moment without service: for each a new one is started, from the settings as they are now
    /// (<see cref="SetupPrimary"/>) and with what its own fork had changed; once that one is ready, the old one is asked to disconnect, and
    /// finishes its requests within <see cref="ClusterSettings.DrainTimeout"/>. When a new worker fails, the reload stops there, the new
    /// workers that are not in use yet are ended, and the old ones stay. The restart policy starts nobody in the place of either meanwhile.
    /// </summary>
    /// <remarks>
    /// What new workers write to standard error goes through the primary, which keeps the last lines to tell why one failed; with
    /// <see cref="WorkerStdio.Inherit"/> it is written to the primary's own. When the cluster ends meanwhile, so does the reload:
    /// <see cref="ReloadFailureReason.Interrupted"/>.
    /// </remarks>
    /// <param name="options">How; default: one worker at a time, the new one first.</param>
    /// <param name="cancellationToken">Stops the reload: the workers that have been replaced stay, as do the old ones.</param>
    /// <returns>How many workers were replaced, and why not all if so.</returns>
    /// <exception cref="ClusterException">Another reload is running; the message says how far it is.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option makes no sense.</exception>
    public Task<ReloadResult> ReloadAsync(ReloadOptions? options = null, CancellationToken cancellationToken = default) =>
        ReloadInTurnAsync(options, waits: false, cancellationToken);

    /// <summary>
    /// Brings the number of workers to this: forks new ones from the settings as they are now, or asks the youngest to disconnect. Completes
    /// when the new ones listen (or are online, where nobody listens), or the old ones have ended. Spare workers are not counted; one that
    /// the restart policy is about to start is. While a reload is running, this waits for its end.
    /// </summary>
    /// <param name="workers">How many, from 1 to 1024. To end them all there is <see cref="DisconnectAsync"/>.</param>
    /// <param name="cancellationToken">Ends the waiting; what has been begun goes on.</param>
    /// <exception cref="ClusterException">A new worker could not be started, ended, or was not ready within 60 s; the restart policy goes on with it.</exception>
    public async Task ScaleAsync(int workers, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(workers, Connections.ConnectionTable.MaxWorkers);
        var settings = Settings;
        await EnsureCore(settings).Changes.ScaleAsync(workers, only: null, settings, cancellationToken);
    }

    /// <summary>Sends a message to every connected worker. Completes when the channels of all have room for more.</summary>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public Task BroadcastAsync<T>(T value, CancellationToken cancellationToken = default) =>
        BroadcastAsync(value, MessageFormat.TypeInfo<T>(), cancellationToken);

    /// <inheritdoc cref="BroadcastAsync{T}(T, CancellationToken)"/>
    public async Task BroadcastAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default)
    {
        var sends = Workers.Values.Where(w => w.IsConnected).Select(w => w.SendAsync(value, type, cancellationToken).AsTask()).ToArray();
        foreach (var send in sends)
        {
            try
            {
                await send;
            }
            catch (WorkerDisconnectedException)
            {
                // It left meanwhile; the others have the message.
            }
        }
    }

    /// <summary>Calls the handler with every message of this type from any worker; those of one worker in order.</summary>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public IDisposable Receive<T>(Action<Worker, T> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return Receive(MessageFormat.TypeInfo<T>(), (Worker worker, T value) =>
        {
            handler(worker, value);
            return ValueTask.CompletedTask;
        });
    }

    /// <inheritdoc cref="Receive{T}(Action{Worker, T})"/>
    public IDisposable Receive<T>(JsonTypeInfo<T> type, Func<Worker, T, ValueTask> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _messages.Add(new TypedMessageHandler<T>(type, handler));
    }

    /// <summary>Answers requests of this type from any worker.</summary>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public IDisposable Answer<TRequest, TResponse>(Func<Worker, TRequest, CancellationToken, ValueTask<TResponse>> handler) =>
        Answer(MessageFormat.TypeInfo<TRequest>(), MessageFormat.TypeInfo<TResponse>(), handler);

    /// <inheritdoc cref="Answer{TRequest, TResponse}(Func{Worker, TRequest, CancellationToken, ValueTask{TResponse}})"/>
    public IDisposable Answer<TRequest, TResponse>(
        JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, Func<Worker, TRequest, CancellationToken, ValueTask<TResponse>> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return _messages.Add(new RequestHandler<TRequest, TResponse>(requestType, responseType, handler));
    }

    /// <summary>Ends all workers gracefully and closes the ports; completes when every one of them is gone. Forking again is possible.</summary>
    public async Task DisconnectAsync(CancellationToken cancellationToken = default)
    {
        // Never done before it returns, so that a caller sees the same order with and without workers.
        await Task.Yield();
        if (_core is { } core) await core.DisconnectAllAsync(cancellationToken);
    }

    /// <summary>Completes when no worker is left and none is about to be restarted: the point where Node's primary would end.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken = default) => _core?.WaitForExitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Ends all workers gracefully, closes the ports, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        ClusterCore? core;
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            core = _core;
        }

        if (core is not null) await core.DisposeAsync();
        await _events.DisposeAsync();
    }

    /// <summary><paramref name="waits"/>: for the reload that is running, if there is one.</summary>
    internal async Task<ReloadResult> ReloadInTurnAsync(ReloadOptions? options, bool waits, CancellationToken cancellationToken)
    {
        var how = (options ?? new ReloadOptions()).CheckedCopy();
        cancellationToken.ThrowIfCancellationRequested();
        ClusterCore? core;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            core = _core;
        }

        return core is null ? new ReloadResult(0, failure: null) : await core.Changes.ReloadAsync(how, Settings, waits, cancellationToken);
    }

    private ForkedWorker ForkWith(Action<ClusterSettings>? configure)
    {
        var settings = Settings;
        configure?.Invoke(settings);
        var core = EnsureCore(settings);
        _events.Setup(Settings);
        return core.Fork(new ForkOrder(settings)
        {
            Configure = configure,
            History = settings.Restart is { } restart ? new RestartHistory(restart) : null,
            Generation = core.Generation,
        });
    }

    private static Scheduling.ResolvedPolicy ResolvePolicy(string? name)
    {
        try
        {
            return name is not null
                ? SchedulingPolicies.Resolve(name)
                : SchedulingPolicies.Default(
                    Environment.GetEnvironmentVariable(SchedulingPolicies.Variable), Environment.GetEnvironmentVariable(SchedulingPolicies.NodeVariable));
        }
        catch (ArgumentException exception)
        {
            // Settings and variables are the user's: the message without the name of a parameter that is ours.
            throw new ClusterException(ClusterError.InvalidSetting, exception.Message.Split(" (Parameter")[0], exception);
        }
    }

    private static void CheckSpares(ClusterSettings settings, Scheduling.ResolvedPolicy policy)
    {
        if (settings.Spares == 0) return;
        if (settings.Spares < 0) throw Invalid($"ClusterSettings.Spares is {settings.Spares}; it must not be negative.");
        if (policy.Create is null) throw Invalid($"ClusterSettings.Spares needs a policy by which the primary dispatches. With '{policy.Name}' every worker that listens accepts.");
        if (settings.Restart is null) throw Invalid("ClusterSettings.Spares needs ClusterSettings.Restart: spare workers replace those that it would restart.");
    }

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);

    private ClusterCore EnsureCore(ClusterSettings settings)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_core is not null) return _core;
            var policy = ResolvePolicy(settings.SchedulingPolicy);
            CheckSpares(settings, policy);
            _core = new ClusterCore(policy, _events, _messages, _logger, _time);
            if (settings.Spares > 0) _core.Spares = new SpareKeeper(_core, settings.Spares, _settings.Copy());
            _core.Upkeep = new Upkeep(_core, settings, () => Settings);
            return _core;
        }
    }
}
