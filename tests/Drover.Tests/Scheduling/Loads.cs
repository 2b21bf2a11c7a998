namespace Drover.Tests.Scheduling;

/// <summary>Short ways to write down what a policy is asked.</summary>
internal static class Loads
{
    internal static WorkerLoad[] Idle(params IEnumerable<int> ids) => [.. ids.Order().Select(id => new WorkerLoad { WorkerId = id })];

    internal static WorkerLoad Of(int id, int requests = 0, int open = 0, int pending = 0) =>
        new() { WorkerId = id, RequestsInFlight = requests, OpenConnections = open, PendingHandOffs = pending };

    /// <summary>The id of the worker that gets a connection from this address (or from a Unix socket).</summary>
    internal static int PickId(this SchedulingPolicy policy, WorkerLoad[] workers, params byte[] address) =>
        workers[policy.Pick(new IncomingConnection(address, 40000), workers)].WorkerId;
}
