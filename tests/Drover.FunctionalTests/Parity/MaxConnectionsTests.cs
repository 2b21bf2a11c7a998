using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class MaxConnectionsTests
{
    [Theory(DisplayName = "net-server-drop-connection: what is above a worker's maxConnections goes to the others")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task What_a_worker_does_not_take_the_others_get(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var workers = new List<Worker>();
        var port = 0;

        // Node 20 takes a maximum of 0 for no maximum.
        int?[] maxima = kind == CommandedWorkers.Node ? [1, 9] : [0, 1, 9];
        foreach (var max in maxima)
        {
            workers.Add(cluster.Primary.Fork());
            port = await cluster.OpenAsync(workers[^1], new WorkerCommand("listen") { MaxConnections = max, Hold = true });
        }

        var clients = new List<Client>();
        for (var i = 0; i < 10; i++)
        {
            clients.Add(await Client.ConnectAsync(port));
            Assert.NotNull(await clients[^1].LineAsync());
        }

        for (var i = 0; i < maxima.Length; i++) Assert.Equal(maxima[i], await cluster.OpenConnectionsAsync(workers[i]));

        // All are full: the next one waits until there is room again.
        using var waiting = await Client.ConnectAsync(port);
        var line = waiting.LineAsync();
        Assert.False(line.IsCompleted);
        clients.ForEach(c => c.Dispose());
        Assert.NotNull(await line);
    }

    [Fact(DisplayName = "test-http-server-drop-connections-in-cluster: with dropMaxConnection the worker takes and drops them")]
    public async Task A_worker_drops_what_is_too_much_when_it_is_told_to()
    {
        // Node 20 has no dropMaxConnection; newer ones answer "accepted" and close, which the primary sees as any other connection.
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        var worker = cluster.Primary.Fork();
        var port = await cluster.OpenAsync(worker, new WorkerCommand("listen") { MaxConnections = 1, Drop = true, Hold = true });
        using var kept = await Client.ConnectAsync(port);
        Assert.Equal("1", await kept.LineAsync());

        for (var i = 0; i < 3; i++)
        {
            using var dropped = await Client.ConnectAsync(port);
            Assert.Null(await dropped.LineAsync());
        }

        Assert.Equal(1, await cluster.OpenConnectionsAsync(worker));
    }
}
