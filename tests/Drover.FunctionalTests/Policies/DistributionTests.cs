using System.Collections.Concurrent;
using System.Net;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Policies;

public sealed class DistributionTests
{
    [Theory]
    [InlineData(CommandedWorkers.CSharp, 1)]
    [InlineData(CommandedWorkers.CSharp, 16)]
    [InlineData(CommandedWorkers.Node, 1)]
    public async Task Round_robin_is_exact_over_a_thousand_connections(string kind, int clients)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var (_, endPoint) = await ListeningAsync(cluster, 4);

        var answers = await AnswersAsync(endPoint, 1000, clients);

        Assert.Equal(["1 x 250", "2 x 250", "3 x 250", "4 x 250"], Counts(answers));
    }

    [Fact]
    public async Task Least_loaded_prefers_the_idle_worker()
    {
        await using var cluster = Web.Cluster(Web.Kestrel, SchedulingPolicies.LeastLoaded);
        var (busy, port) = await cluster.ForkListeningAsync(1);
        var held = new List<(HttpClient Client, Task<string> Answer)>();
        for (var i = 0; i < 3; i++)
        {
            var client = Web.KeepAlive(port);
            held.Add((client, (await cluster.HoldAsync(client)).Answer));
        }

        await cluster.ForkListeningAsync(1);
        using var http = Web.NewConnections(port);
        Assert.All(await Web.AnswersAsync(http, 20), answer => Assert.Equal("2", answer));

        await busy[0].FinishAsync();
        foreach (var (client, answer) in held)
        {
            Assert.Equal("finished 1", await cluster.WithinDeadline(answer, "a request that was held"));
            client.Dispose();
        }
    }

    [Fact]
    public async Task Least_loaded_spreads_connections_that_stay_open()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp, SchedulingPolicies.LeastLoaded);
        var (workers, endPoint) = await ListeningAsync(cluster, 3, hold: true);

        var clients = new List<Client>();
        for (var i = 0; i < 12; i++)
        {
            clients.Add(await Client.ConnectAsync(endPoint));
            await clients[^1].LineAsync();
        }

        foreach (var worker in workers) Assert.Equal(4, await cluster.OpenConnectionsAsync(worker));
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Sticky_gives_one_address_to_one_worker()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp, SchedulingPolicies.Sticky);
        var (workers, endPoint) = await ListeningAsync(cluster, 3);

        var workerOf = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var round = 0; round < 4; round++)
        {
            for (var client = 2; client < 26; client++)
            {
                var address = $"127.0.0.{client}";
                var answer = await Client.ReadAllAsync(endPoint, IPAddress.Parse(address));
                Assert.Equal(answer, workerOf.TryGetValue(address, out var before) ? before : workerOf[address] = answer);
            }
        }

        Assert.Equal(["1", "2", "3"], workerOf.Values.Distinct().Order(StringComparer.Ordinal));

        // When a worker goes, the clients of the others stay where they are.
        await cluster.WithinDeadline(workers[1].DisconnectAsync(), "the end of worker 2");
        foreach (var (address, worker) in workerOf.Where(w => w.Value != "2"))
            Assert.Equal(worker, await Client.ReadAllAsync(endPoint, IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Shared_lets_the_system_decide_and_loses_nothing(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, SchedulingPolicies.Shared);
        var (workers, endPoint) = await ListeningAsync(cluster, 3);

        var answers = await AnswersAsync(endPoint, 300, clients: 16);

        Assert.Equal(300, answers.Count);
        Assert.Subset(workers.Select(w => w.Id.ToString()).ToHashSet(), answers.ToHashSet());
        await cluster.LogAsync("(shared)");
    }

    internal static async Task<(IReadOnlyList<Worker> Workers, IPEndPoint EndPoint)> ListeningAsync(TestCluster cluster, int count, bool hold = false)
    {
        var workers = Enumerable.Range(0, count).Select(_ => cluster.Primary.Fork()).ToArray();
        var port = 0;
        foreach (var worker in workers) port = await cluster.OpenAsync(worker, new WorkerCommand("listen") { Hold = hold });
        return (workers, new IPEndPoint(IPAddress.Loopback, port));
    }

    internal static async Task<IReadOnlyCollection<string>> AnswersAsync(IPEndPoint endPoint, int count, int clients)
    {
        var answers = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = clients }, async (_, _) => answers.Add(await Client.ReadAllAsync(endPoint)));
        return answers;
    }

    private static IEnumerable<string> Counts(IEnumerable<string> answers) =>
        answers.GroupBy(a => a).Select(g => $"{g.Key} x {g.Count()}").Order(StringComparer.Ordinal);
}
