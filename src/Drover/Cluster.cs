using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;
using Drover.Channels;
using Drover.Workers;

namespace Drover;

/// <summary>
/// Node's <c>cluster</c> module: the same program is primary and worker, and this class says which of the two it is. The primary's
/// members stand for one <see cref="ClusterPrimary"/>; make your own instances of that class to have several clusters.
/// </summary>
public static class Cluster
{
    private static readonly Lazy<ClusterPrimary> DefaultPrimary = new(() => new ClusterPrimary());

    /// <summary>Whether this process is no worker: it may fork some.</summary>
    public static bool IsPrimary => CurrentWorker is null;

    /// <summary>Whether this process was forked as a worker, by Drover's primary or by Node's.</summary>
    public static bool IsWorker => CurrentWorker is not null;

    /// <summary>In a worker: itself. In the primary: null.</summary>
    public static Worker? Worker => CurrentWorker;

    /// <summary>In a worker: cancelled when it is to end. In any other process: never.</summary>
    public static CancellationToken Disconnecting => CurrentWorker?.Disconnecting ?? CancellationToken.None;

    /// <summary>The cluster behind the other members of the primary.</summary>
    /// <exception cref="ClusterException">This process is a worker.</exception>
    public static ClusterPrimary Primary => IsPrimary
        ? DefaultPrimary.Value
        : throw new ClusterException(ClusterError.WrongProcess, "This belongs to the primary, and this process is a worker. Ask Cluster.IsPrimary first.");

    /// <inheritdoc cref="ClusterPrimary.Workers"/>
    public static IReadOnlyDictionary<int, Worker> Workers => Primary.Workers;

    /// <inheritdoc cref="ClusterPrimary.Settings"/>
    public static ClusterSettings Settings => Primary.Settings;

    /// <inheritdoc cref="ClusterPrimary.SchedulingPolicy"/>
    public static string SchedulingPolicy
    {
        get => Primary.SchedulingPolicy;
        set => Primary.SchedulingPolicy = value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnSetup"/>
    public static event Action<ClusterSettings>? OnSetup
    {
        add => Primary.OnSetup += value;
        remove => Primary.OnSetup -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnFork"/>
    public static event Action<Worker>? OnFork
    {
        add => Primary.OnFork += value;
        remove => Primary.OnFork -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnOnline"/>
    public static event Action<Worker>? OnOnline
    {
        add => Primary.OnOnline += value;
        remove => Primary.OnOnline -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnListening"/>
    public static event Action<Worker, ListeningAddress>? OnListening
    {
        add => Primary.OnListening += value;
        remove => Primary.OnListening -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnMessage"/>
    public static event Action<Worker, ClusterMessage>? OnMessage
    {
        add => Primary.OnMessage += value;
        remove => Primary.OnMessage -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnDisconnect"/>
    public static event Action<Worker>? OnDisconnect
    {
        add => Primary.OnDisconnect += value;
        remove => Primary.OnDisconnect -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnExit"/>
    public static event Action<Worker, int?, Signal?>? OnExit
    {
        add => Primary.OnExit += value;
        remove => Primary.OnExit -= value;
    }

    /// <inheritdoc cref="ClusterPrimary.OnGiveUp"/>
    public static event Action<Worker, string>? OnGiveUp
    {
        add => Primary.OnGiveUp += value;
        remove => Primary.OnGiveUp -= value;
    }

    internal static CurrentWorker? CurrentWorker { get; } = CurrentWorker.TryStart();

    /// <inheritdoc cref="ClusterPrimary.SetupPrimary"/>
    public static void SetupPrimary(Action<ClusterSettings> configure) => Primary.SetupPrimary(configure);

    /// <inheritdoc cref="ClusterPrimary.Fork(IReadOnlyDictionary{string, string?}?)"/>
    public static Worker Fork(IReadOnlyDictionary<string, string?>? environment = null) => Primary.Fork(environment);

    /// <inheritdoc cref="ClusterPrimary.Fork(Action{ClusterSettings})"/>
    public static Worker Fork(Action<ClusterSettings> configure) => Primary.Fork(configure);

    /// <inheritdoc cref="ClusterPrimary.BroadcastAsync{T}(T, CancellationToken)"/>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public static Task BroadcastAsync<T>(T value, CancellationToken cancellationToken = default) => Primary.BroadcastAsync(value, cancellationToken);

    /// <inheritdoc cref="ClusterPrimary.BroadcastAsync{T}(T, JsonTypeInfo{T}, CancellationToken)"/>
    public static Task BroadcastAsync<T>(T value, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        Primary.BroadcastAsync(value, type, cancellationToken);

    /// <inheritdoc cref="ClusterPrimary.ReloadAsync(ReloadOptions?, CancellationToken)"/>
    public static Task<ReloadResult> ReloadAsync(ReloadOptions? options = null, CancellationToken cancellationToken = default) =>
        Primary.ReloadAsync(options, cancellationToken);

    /// <inheritdoc cref="ClusterPrimary.ScaleAsync(int, CancellationToken)"/>
    public static Task ScaleAsync(int workers, CancellationToken cancellationToken = default) => Primary.ScaleAsync(workers, cancellationToken);

    /// <summary>In the primary: ends all workers gracefully, and completes when all are gone. In a worker: ends this worker.</summary>
    public static Task DisconnectAsync(CancellationToken cancellationToken = default) =>
        CurrentWorker is { } worker ? worker.DisconnectAsync(cancellationToken) : Primary.DisconnectAsync(cancellationToken);

    /// <summary>
    /// What keeps a program alive as Node's event loop does. In the primary it completes when no worker is left; in a worker when it has
    /// been disconnected and its connections have ended.
    /// </summary>
    public static Task WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        if (CurrentWorker is not { } worker) return Primary.WaitForExitAsync(cancellationToken);
        worker.OwnLifetime();
        return worker.Disconnected.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// The whole of it in one line: in the primary forks one worker per usable CPU, replaces those that die, and stops them gracefully on
    /// SIGTERM and SIGINT; in a worker runs <paramref name="worker"/>. SIGHUP replaces all workers (<see cref="ClusterPrimary.ReloadAsync(ReloadOptions?, CancellationToken)"/>);
    /// one that comes during a reload is remembered: one more reload follows.
    /// </summary>
    /// <param name="args">The program's arguments, passed on to the workers.</param>
    /// <param name="worker">What a worker does; it ends when the worker's <see cref="Disconnecting"/> is cancelled. ASP.NET Core programs get that from UseCluster.</param>
    /// <param name="configure">Changes the defaults.</param>
    /// <returns>The exit code for <c>Main</c>: 0 stopped as asked; 1 every worker was given up; 2 a setting is wrong; in a worker 0.</returns>
    public static Task<int> RunAsync(string[] args, Func<string[], Task> worker, Action<RunOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(worker);
        return CurrentWorker is { } current ? RunningWorker.RunAsync(current, args, worker) : RunningPrimary.RunAsync(args, configure);
    }
}
