using System.Diagnostics;
using Drover.Bench.Processes;
using Drover.Bench.Survival.Clients;

namespace Drover.Bench.Survival.Fleets;

/// <summary>Processes that serve one port, and what is done to them. All are gone after its end.</summary>
abstract class Fleet(int port, int size) : IAsyncDisposable
{
    public int Port => port;

    int _kills;

    /// <summary>How many processes answer when all is well.</summary>
    public int Size => size;

    /// <summary>kill -9. Somebody starts a new one: the fleet itself, or, where it does not, this method.</summary>
    public virtual Task KillAsync(int worker, CancellationToken ct)
    {
        Libc.KillAtOnce(worker);
        return Task.CompletedTask;
    }

    /// <summary>Replaces all workers gracefully; returns when the old ones are gone and the new ones listen.</summary>
    public abstract Task ReloadAsync(CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>Returns when all is well again, where that is more than that all answer.</summary>
    public virtual Task RepairedAsync(CancellationToken ct) => Task.CompletedTask;

    /// <summary>Kills a worker and returns how long it took until as many processes answered as before.</summary>
    public async Task<TimeSpan> RecoverAsync(CancellationToken ct)
    {
        await RepairedAsync(ct);
        var workers = await Capacity.WhoAsync(Port, Size, ct);

        // Another one each time: who dies again and again is made to wait.
        var victim = workers[_kills++ % workers.Count];
        var start = Stopwatch.GetTimestamp();
        await KillAsync(victim, ct);
        return await Capacity.WaitAsync(Port, Size, victim, start, ct);
    }
}
