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

    // Nobody may be reading what the workers have written.
    private static readonly TimeSpan PatienceWithOutput = TimeSpan.FromSeconds(1);

    private readonly Stack<int> _tableIndexes = new();
    private readonly Lock _tableLock = new();
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
        Keeper = new InstanceKeeper(this);
        Changes = new Changes(this);
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

    internal Changes Changes { get; }

    internal InstanceKeeper Keeper { get; }

    internal Upkeep? Upkeep { get; set; }

    internal SpareKeeper? Spares { get; set; }

    /// <summary>The workers that are there to serve, the oldest first: none that is about to leave, no spare one.</summary>
    internal IEnumerable<ForkedWorker> Serving => Workers.Values.Cast<ForkedWorker>().Where(w => !w.IsSpare && w.State is not (WorkerState.Draining or WorkerState.Exited));

    /// <summary>The number of the last reload that was begun. Changed on the loop thread only.</summary>
    internal int Generation { get; set; }

    /// <summary>The settings of the last reload that was completed. Changed on the loop thread only.</summary>
    internal (int Generation, ClusterSettings Settings)? Renewed { get; set; }

    internal ImmutableSortedDictionary<int, Worker> Workers => Volatile.Read(ref _workers);

    internal bool IsEnding => Volatile.Read(ref _ending) != 0;

    /// <summary>Starts a worker. Any thread.</summary>
    internal ForkedWorker Fork(ForkOrder order)
    {
        // Counted before the look: a cluster that ends waits for forks under way, or their workers would be nobody's.
        Interlocked.Increment(ref _forking);
        try
        {
            ObjectDisposedException.ThrowIf(IsEnding, typeof(ClusterPrimary));
            return ForkCounted(order);
        }
        finally
        {
            Interlocked.Decrement(ref _forking);
        }
    }

    private ForkedWorker ForkCounted(ForkOrder order)
    {
        var command = WorkerCommand.From(order.Settings);
        var index = TakeTableIndex();
        var id = Interlocked.Increment(ref _lastId);
        SpawnedWorker spawned;
        try
        {
            spawned = WorkerSpawner.Spawn(id, order, command, _policyName);
        }
        catch
        {
            ReturnTableIndex(index);
            throw;
        }

        var worker = new ForkedWorker(id, this, order, spawned, index);
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

    internal void OnListening() => Spares?.Fill();

    /// <summary>A worker has ended; <paramref name="tell"/> raises the event of it.</summary>
    internal void OnExited(ForkedWorker worker, Action tell)
    {
        if (IsEnding || worker.IsSpare)
        {
            tell();
            if (!IsEnding) Spares?.OnExited(worker);
        }
        else
        {
            Keeper.OnExited(worker, tell);
        }

        if (!IsEnding) Spares?.EndIfAlone();
    }

    /// <summary>What is forked when a worker has ended that was to go on: the same, or what the last reload made of it meanwhile.</summary>
    internal ForkOrder OrderAgain(ForkedWorker worker, RestartHistory? history)
    {
        var order = worker.Order with { History = history, IsWithheld = false, IsSpare = false, RemembersErrors = false };
        if (Renewed is not var (generation, settings) || order.Generation >= generation) return order;
        var changed = settings.Copy();
        order.Configure?.Invoke(changed);
        return order with { Settings = changed, Generation = generation };
    }

    /// <summary>Completes when no worker is left and none is about to be started.</summary>
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
        var lastWords = Task.CompletedTask;
        await Loop.RunAsync(() =>
        {
            Keeper.Cancel();
            Spares?.Cancel();
            Servers.BeginEnding();
            Changes.Interrupt();
            gone = Task.WhenAll([.. Workers.Values.Select(w => w.DisconnectAsync(cancellationToken))]);
            lastWords = Task.WhenAll([.. Workers.Values.Select(w => ((ForkedWorker)w).ErrorsPassedOn)]);
        });
        await gone;
        if (Changes.Pending is { } changes)
        {
            // It may have been in the middle of a fork.
            await changes.WaitAsync(cancellationToken);
            await Task.WhenAll([.. Workers.Values.Select(w => w.DisconnectAsync(cancellationToken))]);
        }

        if (!lastWords.IsCompleted) await Task.WhenAny(lastWords, Task.Delay(PatienceWithOutput, Time, cancellationToken));
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
        if (Upkeep is { } upkeep) await upkeep.DisposeAsync();
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
            await Loop.RunAsync(() => next = Workers.IsEmpty ? Keeper.Pending ?? Changes.Pending : ((ForkedWorker)Workers.Values.First()).Gone);
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
