namespace Drover.TestWorker;

[Behaviours]
internal static class RunBehaviour
{
    /// <summary>
    /// A primary made by RunAsync, and its workers: <c>Run workers=2 drain=5 -- Web --urls http://127.0.0.1:0</c>. What comes after the two
    /// dashes is the workers' behaviour, or with <c>program=</c> the arguments of that program. Says each event on standard output.
    /// </summary>
    public static Task<int> Run(string[] args)
    {
        var border = Array.IndexOf(args, "--");
        var settings = args[..border].Select(a => a.Split('=', 2)).ToDictionary(a => a[0], a => a[1]);
        var behaviour = args[(border + 1)..];
        return Cluster.RunAsync(["Run", .. args], _ => RunBehaviourAsync(behaviour), options =>
        {
            if (settings.TryGetValue("workers", out var workers)) options.Workers = int.Parse(workers);
            if (settings.TryGetValue("drain", out var drain)) options.Settings.DrainTimeout = TimeSpan.FromSeconds(double.Parse(drain));
            if (settings.TryGetValue("policy", out var policy)) options.Settings.SchedulingPolicy = policy;
            if (settings.TryGetValue("maxRestarts", out var restarts)) options.Settings.Restart!.MaxRestarts = int.Parse(restarts);
            if (settings.TryGetValue("program", out var program))
            {
                options.Settings.Program = program;
                options.Settings.Arguments = behaviour;
            }

            options.OnPrimary = Report;
        });
    }

    // As any program that RunAsync serves: an exit code that is not 0 is a failure of the worker.
    private static async Task RunBehaviourAsync(string[] behaviour)
    {
        var code = await Behaviours.RunAsync(behaviour);
        if (code != 0) Environment.Exit(code);
    }

    private static void Report(ClusterPrimary primary)
    {
        primary.OnFork += worker => Console.WriteLine($"fork {worker.Id} {worker.ProcessId}");
        primary.OnListening += (worker, address) => Console.WriteLine($"listening {worker.Id} {address.Port}");
        primary.OnExit += (worker, code, signal) => Console.WriteLine($"exit {worker.Id} {code?.ToString() ?? signal?.ToString()}");
        primary.OnGiveUp += (worker, reason) => Console.WriteLine($"given up {worker.Id}: {reason}");
    }
}
