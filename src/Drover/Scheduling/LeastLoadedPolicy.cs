namespace Drover;

/// <summary>
/// Gives each connection to the worker with the fewest requests in flight; among those to the one with the fewest connections,
/// open and on their way; among those to the one that was picked longest ago.
/// </summary>
/// <remarks>
/// Node workers do not report requests or open connections, so for them only the connections on their way count. Do not mix
/// them with C# workers on one listen key: they would always look idle.
/// </remarks>
public sealed class LeastLoadedPolicy : SchedulingPolicy
{
    private const int ForgetAbove = 64;

    private readonly Dictionary<int, long> _lastPicks = [];
    private long _picks;

    /// <inheritdoc/>
    public override string Name => SchedulingPolicies.LeastLoaded;

    /// <summary>How many workers' last picks are remembered; bounded, as ids are never used twice.</summary>
    internal int Remembered => _lastPicks.Count;

    /// <inheritdoc/>
    public override int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers)
    {
        var best = 0;
        for (var i = 1; i < workers.Length; i++)
        {
            if (IsBetter(workers[i], workers[best]))
                best = i;
        }

        _lastPicks[workers[best].WorkerId] = ++_picks;
        if (_lastPicks.Count > ForgetAbove + workers.Length)
            ForgetAllBut(workers);
        return best;
    }

    private bool IsBetter(in WorkerLoad candidate, in WorkerLoad best)
    {
        if (candidate.RequestsInFlight != best.RequestsInFlight)
            return candidate.RequestsInFlight < best.RequestsInFlight;

        var (candidateConnections, bestConnections) = (Connections(candidate), Connections(best));
        if (candidateConnections != bestConnections)
            return candidateConnections < bestConnections;

        return LastPick(candidate) < LastPick(best);
    }

    private static long Connections(in WorkerLoad worker) => (long)worker.OpenConnections + worker.PendingHandOffs;

    private long LastPick(in WorkerLoad worker) => _lastPicks.GetValueOrDefault(worker.WorkerId);

    // A worker that is merely left out for now is forgotten too. All it gains is to win the next tie.
    private void ForgetAllBut(ReadOnlySpan<WorkerLoad> workers)
    {
        foreach (var id in _lastPicks.Keys)
        {
            if (!Contains(workers, id))
                _lastPicks.Remove(id);
        }
    }

    private static bool Contains(ReadOnlySpan<WorkerLoad> workers, int id)
    {
        foreach (ref readonly var worker in workers)
        {
            if (worker.WorkerId == id)
                return true;
        }

        return false;
    }
}
