namespace Drover.Bench.Server;

/// <summary>
/// What a primary prints about its workers, one line each: <c>primary PID</c>, <c>listening PID</c>, <c>exited PID</c>.
/// The benchmark reads them, and the Node programs print the same.
/// </summary>
static class Announcement
{
    public static void Begin(ClusterPrimary primary)
    {
        Console.WriteLine($"primary {Environment.ProcessId}");
        primary.OnListening += (worker, _) => Console.WriteLine($"listening {worker.ProcessId}");
        primary.OnExit += (worker, _, _) => Console.WriteLine($"exited {worker.ProcessId}");
    }
}
