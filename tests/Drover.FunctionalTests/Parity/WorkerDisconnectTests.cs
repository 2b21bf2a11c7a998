using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Parity;

public sealed class WorkerDisconnectTests
{
    [Theory(DisplayName = "worker-disconnect, worker-forced-exit: asked by the primary: events on all sides, an end of its own, the flag, the state, and the process is gone")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_primary_disconnects_a_worker(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "ExitWhenDisconnected", "42");
        var (workers, _) = await cluster.ForkListeningAsync(1);
        var events = new WorkerEvents(workers[0]);
        (bool? Flag, WorkerState State) atDisconnect = default;
        workers[0].Disconnect += () => atDisconnect = (workers[0].ExitedAfterDisconnect, workers[0].State);

        await cluster.WithinDeadline(workers[0].DisconnectAsync(), "the end of the worker");
        await cluster.EventAsync("exit 1 42");

        Assert.Equal(["disconnect", "exit 42"], events.UpToTheEnd);
        Assert.Contains("disconnect 1", cluster.Events);
        Assert.True(atDisconnect.Flag);
        Assert.True(atDisconnect.State >= WorkerState.Draining);
        Assert.False(Processes.IsAlive(workers[0].ProcessId));
    }

    [Theory(DisplayName = "worker-destroy: a worker kills itself, connected and after it has disconnected")]
    [InlineData(TwinWorkers.CSharp, "KillSelf")]
    [InlineData(TwinWorkers.CSharp, "KillWhenDisconnected")]
    [InlineData(TwinWorkers.Node, "KillSelf")]
    [InlineData(TwinWorkers.Node, "KillWhenDisconnected")]
    public async Task A_worker_kills_itself(string kind, string behaviour)
    {
        await using var cluster = TwinWorkers.Cluster(kind, behaviour);
        var events = new WorkerEvents(cluster.Primary.Fork());

        await cluster.EventAsync("exit 1 0");
        await cluster.EventAsync("disconnect 1");

        Assert.Equal(["online", "disconnect", "exit 0"], events.UpToTheEnd);
    }

    [Fact(DisplayName = "worker-destroy: a worker that drains kills itself and waits for nothing")]
    public async Task A_worker_kills_itself_while_it_drains()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.CSharp, "KillWhileDraining");
        cluster.Primary.SetupPrimary(settings => settings.DrainTimeout = Timeout.InfiniteTimeSpan);
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var client = await Client.ConnectAsync(port);
        await cluster.WithinDeadline(client.CharacterAsync(), "the connection");

        await cluster.WithinDeadline(workers[0].DisconnectAsync(), "the end of the worker");

        await cluster.EventAsync("exit 1 0");
        Assert.True(workers[0].ExitedAfterDisconnect);
    }

    [Theory(DisplayName = "worker-disconnect-on-error, ipc-throw: a worker leaves when it cannot listen, also when its handlers throw then")]
    [InlineData(TwinWorkers.CSharp, "LeaveOnError", SchedulingPolicies.Shared)]
    [InlineData(TwinWorkers.CSharp, "ThrowOnError", SchedulingPolicies.RoundRobin)]
    [InlineData(TwinWorkers.Node, "LeaveOnError", SchedulingPolicies.Shared)]
    [InlineData(TwinWorkers.Node, "ThrowOnError", SchedulingPolicies.RoundRobin)]
    public async Task A_worker_leaves_when_it_cannot_listen(string kind, string behaviour, string policy)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var cluster = TwinWorkers.Cluster(kind, behaviour, $"{((IPEndPoint)other.LocalEndpoint).Port}");
        cluster.Primary.SchedulingPolicy = policy;
        var worker = cluster.Primary.Fork();

        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.Equal((0, true), (worker.ExitCode, worker.ExitedAfterDisconnect));

        // And the primary goes on.
        await cluster.ForkListeningAsync(1, settings => TwinWorkers.Program(settings, kind, "Listen"));
    }

    [Fact(DisplayName = "process-disconnect: a Node worker that closes its channel ends with 0, and not after disconnect")]
    public async Task A_Node_worker_that_closes_its_channel_ends()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.Node, "HangUp");
        var worker = cluster.Primary.Fork();

        await cluster.EventAsync("exit 1 0");
        await cluster.EventAsync("disconnect 1");

        Assert.False(worker.ExitedAfterDisconnect);
    }

    [Theory(DisplayName = "worker-no-exit: a disconnected worker stays while it has a connection of its own")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_disconnected_worker_stays_for_its_connection(string kind)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var cluster = TwinWorkers.Cluster(kind, "Connect", $"{((IPEndPoint)server.LocalEndpoint).Port}");
        var worker = cluster.Primary.Fork();
        using var connection = await cluster.WithinDeadline(server.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask(), "the worker's connection");
        Assert.Equal(4, await connection.ReceiveAsync(new byte[4]));

        _ = worker.DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.EventAsync("disconnect 1");
        Assert.False(worker.IsDead);
        Assert.True(Processes.IsAlive(worker.ProcessId));
        connection.Dispose();

        await cluster.EventAsync("exit 1 0");
    }

    [Theory(DisplayName = "worker-wait-server-close: the channel closes only after the connections of the worker's servers have ended")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_waits_for_its_connections(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Hold");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var client = await Client.ConnectAsync(port);
        await cluster.WithinDeadline(client.CharacterAsync(), "the connection");

        var gone = workers[0].DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync(() => workers[0].State == WorkerState.Draining, "the worker draining");
        Assert.True(workers[0].IsConnected);
        Assert.False(gone.IsCompleted);
        client.Dispose();

        await cluster.WithinDeadline(gone, "the end of the worker");
        Assert.Equal(0, workers[0].ExitCode);
    }
}
