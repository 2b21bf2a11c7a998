namespace Drover;

/// <summary>
/// Gives connections to the workers in turn (the default). Exact: of two workers that could always take a connection, neither
/// gets more than one connection more than the other, also while other workers come and go.
/// </summary>
public sealed class RoundRobinPolicy : SchedulingPolicy
{
    // The turn is remembered as an id and not as an index: indexes shift when a worker joins or leaves, and would then give
    // some worker two turns in a row and pass another one over.
    private int _lastId = int.MinValue;

    /// <inheritdoc/>
    public override string Name => SchedulingPolicies.RoundRobin;

    /// <inheritdoc/>
    public override int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers)
    {
        var next = 0;
        for (var i = 0; i < workers.Length; i++)
        {
            if (workers[i].WorkerId <= _lastId)
                continue;
            next = i;
            break;
        }

        _lastId = workers[next].WorkerId;
        return next;
    }
}
