using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class ServerLifeTests
{
    [Theory(DisplayName = "shared-leak: both workers disconnect while a connection is open; all end in order")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Both_workers_disconnect_with_a_connection_open(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, SchedulingPolicies.Shared);
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];
        var port = 0;
        foreach (var worker in workers) port = await cluster.OpenAsync(worker, new WorkerCommand("listen") { Hold = true });
        using var client = await Client.ConnectAsync(port);
        var server = await client.LineAsync();

        var gone = cluster.Primary.DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.EventAsync($"exit {(server == "1" ? 2 : 1)} 0");
        Assert.False(gone.IsCompleted);
        client.Dispose();

        await cluster.WithinDeadline(gone, "the end of both");
        Assert.All(workers, w => Assert.Equal((0, true), (w.ExitCode, w.ExitedAfterDisconnect)));
    }

    [Theory(DisplayName = "worker-handle-close: a connection that comes after server.close is not left hanging")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_connection_after_the_close_is_closed(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        var worker = cluster.Primary.Fork();
        var port = await cluster.ListenAsync(worker);

        await cluster.CloseAsync(worker);
        try
        {
            using var late = await Client.ConnectAsync(port);
            Assert.Null(await late.LineAsync());
        }
        catch (SocketException exception)
        {
            Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
        }

        Assert.True(worker.IsConnected);
    }

    [Theory(DisplayName = "rr-handle-close, rr-handle-ref-unref: a Node worker whose channel is unref'ed ends with its last server")]
    [InlineData("close", SchedulingPolicies.RoundRobin)]
    [InlineData("close", SchedulingPolicies.Shared)]
    [InlineData("unref", SchedulingPolicies.RoundRobin)]
    [InlineData("unref", SchedulingPolicies.Shared)]
    public async Task A_Node_worker_ends_with_its_last_server(string how, string policy)
    {
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.Node("keep-alive.js");
            settings.Arguments = [how];
            settings.SchedulingPolicy = policy;
        });
        var (workers, _) = await cluster.ForkListeningAsync(1);

        await cluster.EventAsync("exit 1 0");
        Assert.False(workers[0].ExitedAfterDisconnect);
    }

    [Theory(DisplayName = "rr-handle-keep-loop-alive, rr-ref: an open server keeps a Node worker alive")]
    [InlineData("keep", SchedulingPolicies.RoundRobin)]
    [InlineData("keep", SchedulingPolicies.Shared)]
    [InlineData("ref", SchedulingPolicies.RoundRobin)]
    public async Task An_open_server_keeps_a_Node_worker_alive(string how, string policy)
    {
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.Node("keep-alive.js");
            settings.Arguments = [how];
            settings.SchedulingPolicy = policy;
        });
        var (workers, port) = await cluster.ForkListeningAsync(1);

        // The script answers a connection and closes the server with it: without the server it would have ended before.
        Assert.Equal("alive", (await cluster.ReadAllAsync(port)).Trim());
        await cluster.EventAsync("exit 1 0");
        Assert.Equal(0, workers[0].ExitCode);
    }
}
