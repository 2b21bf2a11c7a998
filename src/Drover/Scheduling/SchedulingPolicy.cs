namespace Drover;

/// <summary>
/// Chooses the worker that gets the next connection. Derive from it and call <see cref="SchedulingPolicies.Register"/> to
/// add a policy of your own.
/// </summary>
/// <remarks>
/// Used in the primary only. Each listen key has its own instance, which is called from the primary's event loop and from
/// nowhere else, so a policy may keep state without locks. It is called once per connection and holds up every other
/// connection while it runs: it should neither block nor allocate.
/// </remarks>
public abstract class SchedulingPolicy
{
    /// <summary>The name shown in status output; for the built-in policies one of <see cref="SchedulingPolicies"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Chooses a worker for one connection.</summary>
    /// <param name="connection">The connection; valid during the call only.</param>
    /// <param name="workers">
    /// The workers that may get a connection now, sorted by <see cref="WorkerLoad.WorkerId"/>; never empty. A worker that is
    /// busy receiving earlier connections is left out until it has room again, so the list changes from call to call.
    /// </param>
    /// <returns>An index into <paramref name="workers"/>.</returns>
    public abstract int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers);

    /// <summary>
    /// Whether keep-alive connections may be spread anew, to the workers with the fewest, when workers come and go. Default: true. A
    /// policy that ties clients to workers says false: then a connection moves only when it has to, and <see cref="Pick"/> says where.
    /// </summary>
    public virtual bool SpreadsConnections => true;
}
