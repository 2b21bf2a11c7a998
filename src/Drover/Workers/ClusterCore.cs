using System.Collections.Immutable;
using Drover.Channels;
using Drover.Connections;
using Drover.Listening;
using Drover.Loop;
using Drover.Scheduling;
using Microsoft.Extensions.Logging;

namespace Drover.Workers;

/// <summary>What the workers of one cluster have in common: the loop, the ports, the connection table, the events.</summary>
internal sealed class ClusterCore : IAsyncDisposable
{
    /// <summary>How much longer than its drain timeout a worker may live: it ends by itself first, and says why.</summary>
    internal static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(2);

    // A worker that has taken none of its connections for this long gives them back, if another worker has room.
    private static readonly TimeSpan StallTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StallCheck = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan HangCheck = TimeSpan.FromMilliseconds(50);

    private readonly Stack<int> _tableIndexes = new();
    private readonly Lock _tableLock = new();
    private readonly InstanceKeeper _keeper;
    private readonly string _policyName;
    private ImmutableSortedDictionary<int, Worker> _workers = ImmutableSortedDictionary<int, Worker>.Empty;
    private int _usedIndexes;
    private int _lastId;
    private int _forking;
    private int _ending;

    internal ClusterCore(ResolvedPolicy policy, ClusterEvents events, MessageHandlers messages, ILogger logger, TimeProvider time)
    {
        Logger = logger;
        _policyName = policy.Name;
        Time = time;
        Events = events;
        Messages = messages;
        Loop = new EventLoop("drover primary", logger, time);
        Held = new HeldConnections(ConnectionTable.Create(), Loop, time);
        Servers = new SharedServers(Loop, policy.Create, policy.Name, logger, time);
        _keeper = new InstanceKeeper(this);
        Loop.Post(WatchForStalls);
        Loop.Post(WatchForHangs);
    }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    internal EventLoop Loop { get; }

    internal ClusterEvents Events { get; }

    internal SharedServers Servers { get; }

    internal HeldConnections Held { get; }

    internal MessageHandlers Messages { get; }

    internal ImmutableSortedDictionary<int, Worker> Workers => Volatile.Read(ref _workers);

    internal bool IsEnding => Volatile.Read(ref _ending) != 0;

    /// <summary>Starts a worker. Any thread. Owns nothing of the settings: they are a copy made for this worker.</summary>
    internal ForkedWorker Fork(ClusterSettings settings, RestartHistory? history)
    {
        // Counted before the look: a cluster that ends waits for forks under way, or their workers would be nobody's.
        Interlocked.Increment(ref _forking);
        try
        {
            ObjectDisposedException.ThrowIf(IsEnding, typeof(ClusterPrimary));
            return ForkCounted(settings, history);
        }
        finally
        {
            Interlocked.Decrement(ref _forking);
        }
    }

    private ForkedWorker ForkCounted(ClusterSettings settings, RestartHistory? history)
    {
        var command = WorkerCommand.From(settings);
        var index = TakeTableIndex();
        var id = Interlocked.Increment(ref _lastId);
        SpawnedWorker spawned;
        try
        {
            spawned = WorkerSpawner.Spawn(id, settings, command, _policyName);
        }
        catch
        {
            ReturnTableIndex(index);
            throw;
        }

        var worker = new ForkedWorker(id, this, settings, history, spawned, index);
        ImmutableInterlocked.Update(ref _workers, static (workers, added) => workers.Add(added.Id, added), (Worker)worker);
        DroverMeter.Workers.Add(1);
        Events.Forked(worker);
        Loop.Run(worker.Start);
        return worker;
    }

    internal void Remove(ForkedWorker worker)
    {
        ImmutableInterlocked.Update(ref _workers, static (workers, id) => workers.Remove(id), worker.Id);
        DroverMeter.Workers.Add(-1);
    }

    internal void OnExited(ForkedWorker worker)
    {
        if (!IsEnding) _keeper.OnExited(worker);
    }

    /// <summary>
    /// Starts the worker that is to take the place of another. From now on the self-healing leaves both alone, so that there is never a
    /// third, until <see cref="EndReplacementAsync"/>. Null when the old one is leaving already.
    /// </summary>
    internal async Task<Replacement?> BeginReplacementAsync(ForkedWorker old, ClusterSettings settings)
    {
        Replacement? replacement = null;
        await Loop.RunAsync(() =>
        {
            if (old.State is WorkerState.Draining or WorkerState.Exited) return;
            replacement = new Replacement(old, Fork(settings, history: null), old.History);
            old.History = null;
        });
        return replacement;
    }

    /// <summary>The successor is the instance now, or did not become ready and the old worker stays it.</summary>
    internal Task EndReplacementAsync(Replacement replacement, bool isReady) => Loop.RunAsync(() =>
    {
        var (old, successor, history) = replacement;
        var instance = isReady ? successor : old;
        instance.History = isReady && successor.Settings.Restart is { } restart ? new RestartHistory(restart) : history;

        // It may have ended while nobody was responsible for it.
        if (instance.End is not null) OnExited(instance);
    });

    /// <summary>Completes when no worker is left and none is about to be restarted.</summary>
    internal async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        var isSettled = false;
        while (true)
        {
            var waitFor = await NextEndAsync();
            if (waitFor is null && isSettled) break;
            isSettled = waitFor is null;
            if (waitFor is not null) await waitFor.WaitAsync(cancellationToken);

            // A handler of the exit event may fork again: it is asked first.
            await Events.FlushAsync().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Asks every worker to end, waits for all of them, and closes the ports.</summary>
    internal async Task DisconnectAllAsync(CancellationToken cancellationToken)
    {
        // In one go on the loop: a worker that ends, or is restarted, in between would be forgotten.
        var gone = Task.CompletedTask;
        await Loop.RunAsync(() =>
        {
            _keeper.Cancel();
            Servers.BeginEnding();
            gone = Task.WhenAll([.. Workers.Values.Select(w => w.DisconnectAsync(cancellationToken))]);
        });
        await gone;
        await Loop.RunAsync(() =>
        {
            if (Workers.IsEmpty) Servers.CloseAll();
        });
        await Events.FlushAsync();
    }

    internal void ReturnTableIndex(int index)
    {
        lock (_tableLock) _tableIndexes.Push(index);
    }

    public async ValueTask DisposeAsync()
    {
        Interlocked.Exchange(ref _ending, 1);
        do await DisconnectAllAsync(CancellationToken.None);
        while (Volatile.Read(ref _forking) > 0 || !Workers.IsEmpty);
        await Loop.RunAsync(() =>
        {
            Servers.Dispose();
            Held.Dispose();
        });
        await Loop.DisposeAsync();
    }

    // Asked on the loop, where a worker's end and the decision about its successor are one step.
    private async Task<Task?> NextEndAsync()
    {
        Task? next = null;
        try
        {
            await Loop.RunAsync(() => next = Workers.IsEmpty ? _keeper.Pending : ((ForkedWorker)Workers.Values.First()).Gone);
        }
        catch (ObjectDisposedException)
        {
            // The cluster was disposed, so nobody is left.
        }

        return next;
    }

    private int TakeTableIndex()
    {
        lock (_tableLock)
        {
            if (_tableIndexes.TryPop(out var index)) return index;
            if (_usedIndexes < ConnectionTable.MaxWorkers) return _usedIndexes++;
        }

        throw new ClusterException(ClusterError.ForkFailed, $"A cluster has at most {ConnectionTable.MaxWorkers} workers at a time.");
    }

    private void WatchForHangs()
    {
        foreach (var worker in Workers.Values) ((ForkedWorker)worker).LookForHang();
        Loop.After(HangCheck, WatchForHangs);
    }

    private void WatchForStalls()
    {
        foreach (var worker in Workers.Values) ((ForkedWorker)worker).RevokeStalled(StallTime);
        Servers.Spread();
        Loop.After(StallCheck, WatchForStalls);
    }
}
