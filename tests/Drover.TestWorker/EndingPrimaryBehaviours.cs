using System.Collections.Concurrent;

namespace Drover.TestWorker;

/// <summary>Programs that are primaries themselves; the first argument is the program of the workers, the second their behaviour.</summary>
[Behaviours]
internal static class EndingPrimaryBehaviours
{
    /// <summary>Forks two workers, and fails when both listen.</summary>
    public static async Task<int> PrimaryThatFails(string[] args)
    {
        await StartWorkersAsync(args, 2);
        throw new InvalidOperationException("accidental error");
    }

    /// <summary>The same, with a handler for what nobody catches that ends the program its own way.</summary>
    public static async Task<int> PrimaryThatFailsInOrder(string[] args)
    {
        AppDomain.CurrentDomain.UnhandledException += (_, _) => Environment.Exit(42);
        return await PrimaryThatFails(args);
    }

    /// <summary>Forks a worker and returns when it listens.</summary>
    public static async Task<int> PrimaryThatReturns(string[] args)
    {
        await StartWorkersAsync(args, 1);
        return 0;
    }

    /// <summary>Forks a worker and stays.</summary>
    public static async Task<int> PrimaryThatStays(string[] args)
    {
        await StartWorkersAsync(args, 1);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>The same program is primary and worker: the worker sends its arguments, and both print.</summary>
    public static async Task<int> SameProgram(string[] args)
    {
        if (Cluster.IsWorker)
        {
            await Cluster.Worker!.SendAsync(string.Join(' ', args));
            await Cluster.WaitForExitAsync();
            return 0;
        }

        Cluster.OnMessage += (worker, message) =>
        {
            Console.WriteLine($"worker {worker.Id} was started with: {message.As<string>()}");
            _ = worker.DisconnectAsync();
        };
        Cluster.OnExit += (worker, code, _) => Console.WriteLine($"worker {worker.Id} ended with {code}");
        Cluster.Fork();
        await Cluster.WaitForExitAsync();
        return 0;
    }

    private static async Task StartWorkersAsync(string[] args, int count)
    {
        Cluster.SetupPrimary(settings =>
        {
            settings.Program = args[0];
            settings.Arguments = [.. args[1..]];
        });
        var listening = new ConcurrentDictionary<int, bool>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.OnListening += (worker, _) =>
        {
            listening[worker.Id] = true;
            if (listening.Count == count) all.TrySetResult();
        };
        for (var i = 0; i < count; i++) Console.WriteLine($"worker pid {Cluster.Fork().ProcessId}");
        await all.Task;
        Console.WriteLine("all listen");
    }
}
