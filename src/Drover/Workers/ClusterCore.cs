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

    private readonly Stack<int> _tableIndexes = new();
    private readonly Lock _tableLock = new();
    private readonly InstanceKeeper _keeper;
    private readonly string _policyName;
    private ImmutableSortedDictionary<int, Worker> _workers = ImmutableSortedDictionary<int, Worker>.Empty;
    private int _usedIndexes;
    private int _lastId;
    private volatile bool _ending;

    internal ClusterCore(ResolvedPolicy policy, ClusterEvents events, MessageHandlers messages, ILogger logger, TimeProvider time)
    {
        Logger = logger;
        _policyName = policy.Name;
        Time = time;
        Events = events;
        Messages = messages;
        Loop = new EventLoop("drover primary", logger, time);
        Servers = new SharedServers(Loop, policy.Create, policy.Name, logger, time);
        _keeper = new InstanceKeeper(this);
        Loop.Post(WatchForStalls);
    }

    internal ILogger Logger { get; }

    internal TimeProvider Time { get; }

    internal EventLoop Loop { get; }

    internal ClusterEvents Events { get; }

    internal SharedServers Servers { get; }

    internal HeldConnections Held { get; } = new(ConnectionTable.Create());

    internal MessageHandlers Messages { get; }

    internal ImmutableSortedDictionary<int, Worker> Workers => Volatile.Read(ref _workers);

    internal bool IsEnding => _ending;

    /// <summary>Starts a worker. Any thread. Owns nothing of the settings: they are a copy made for this worker.</summary>
    internal ForkedWorker Fork(ClusterSettings settings, RestartHistory? history)
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
        if (!_ending) _keeper.OnExited(worker);
    }

    /// <summary>Completes when no worker is left and none is about to be restarted.</summary>
    internal async Task WaitForExitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var workers = Workers;
            if (workers.IsEmpty && _keeper.Pending is null) break;
            var waitFor = workers.IsEmpty ? _keeper.Pending ?? Task.CompletedTask : ((ForkedWorker)workers.Values.First()).Gone;
            await waitFor.WaitAsync(cancellationToken);

            // A handler of the exit event may fork again: it is asked first.
            await Events.FlushAsync().WaitAsync(cancellationToken);
        }
    }

    /// <summary>Asks every worker to end, waits for all of them, and closes the ports.</summary>
    internal async Task DisconnectAllAsync(CancellationToken cancellationToken)
    {
        _keeper.Cancel();
        await Task.WhenAll(Workers.Values.Select(w => w.DisconnectAsync(cancellationToken)));
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
        _ending = true;
        await DisconnectAllAsync(CancellationToken.None);
        await Loop.RunAsync(() =>
        {
            Servers.Dispose();
            Held.Dispose();
        });
        await Loop.DisposeAsync();
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

    private void WatchForStalls()
    {
        foreach (var worker in Workers.Values) ((ForkedWorker)worker).RevokeStalled(StallTime);
        Loop.After(StallCheck, WatchForStalls);
    }
}
