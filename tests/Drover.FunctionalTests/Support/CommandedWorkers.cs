using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Support;

/// <summary>Workers that listen, bind and close when the test says so: the C# behaviour and the Node script are twins.</summary>
internal static class CommandedWorkers
{
    internal const string CSharp = "C#";
    internal const string Node = "Node";

    internal static TestCluster Cluster(string kind, string? policy = null) => new(settings =>
    {
        Program(settings, kind);
        settings.SchedulingPolicy = policy;
    });

    /// <summary>Settings of a commanded worker, for forks of a mixed cluster.</summary>
    internal static void Program(ClusterSettings settings, string kind)
    {
        settings.Program = kind == Node ? TestPrograms.Node("commanded.js") : TestPrograms.TestWorker;
        settings.Arguments = kind == Node ? [] : ["Commanded"];
    }

    internal static Task<CommandResult> DoAsync(this TestCluster cluster, Worker worker, WorkerCommand command) =>
        cluster.WithinDeadline(worker.InvokeAsync<WorkerCommand, CommandResult>(command, TestCluster.Deadline), $"{worker}: {command}");

    /// <summary>Listens or binds, and waits until the primary knows; fails the test when the worker cannot.</summary>
    internal static async Task<int> OpenAsync(this TestCluster cluster, Worker worker, WorkerCommand command)
    {
        int Told() => cluster.Events.Count(e => e.StartsWith($"listening {worker.Id} ", StringComparison.Ordinal));
        var before = Told();
        var result = await cluster.DoAsync(worker, command);
        Assert.True(result.Error is null, $"{worker}: {command}: {result.Error}\n{cluster.Describe()}");
        if (!command.ReusePort) await cluster.UntilAsync(() => Told() > before, $"the listening event of {worker}");
        return result.Port;
    }

    internal static Task<int> ListenAsync(this TestCluster cluster, Worker worker, int port = 0, string name = "a") =>
        cluster.OpenAsync(worker, new WorkerCommand("listen") { Name = name, Port = port });

    internal static Task<int> BindAsync(this TestCluster cluster, Worker worker, int port = 0, string name = "a") =>
        cluster.OpenAsync(worker, new WorkerCommand("bind") { Name = name, Port = port });

    internal static Task CloseAsync(this TestCluster cluster, Worker worker, string name = "a") =>
        cluster.DoAsync(worker, new WorkerCommand("close") { Name = name });

    /// <summary>Waits until the workers together have received this many datagrams, and no more.</summary>
    internal static async Task ReceivedAsync(this TestCluster cluster, IReadOnlyList<Worker> workers, int count, string name = "a")
    {
        var total = 0;
        await cluster.UntilAsync(
            async () =>
            {
                var counts = await Task.WhenAll(workers.Select(w => cluster.DoAsync(w, new WorkerCommand("received") { Name = name })));
                total = counts.Sum(c => c.Count);
                return total >= count;
            },
            $"{count} datagrams");
        Assert.Equal(count, total);
    }

    internal static async Task<int> OpenConnectionsAsync(this TestCluster cluster, Worker worker) =>
        (await cluster.DoAsync(worker, new WorkerCommand("open"))).Count;
}
