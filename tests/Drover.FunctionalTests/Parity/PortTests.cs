using System.Net;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class PortTests
{
    [Theory(DisplayName = "child-index-net: listening on port 0 and closing, over and over, does not confuse the counting of the ports")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task The_nth_port_0_is_the_same_for_all_workers(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var (first, second) = (cluster.Primary.Fork(), cluster.Primary.Fork());

        var a = await cluster.ListenAsync(first);
        var b = await cluster.ListenAsync(first, name: "b");
        await cluster.CloseAsync(first);
        await cluster.CloseAsync(first, "b");
        var aAgain = await cluster.ListenAsync(first);
        var bAgain = await cluster.ListenAsync(first, name: "b");
        var aOfSecond = await cluster.ListenAsync(second);
        var bOfSecond = await cluster.ListenAsync(second, name: "b");

        Assert.NotEqual(a, b);
        Assert.Equal([aAgain, bAgain], [aOfSecond, bOfSecond]);
        Assert.Equal(["1", "2"], await AnswersAsync(cluster, aAgain, 2));
        Assert.Equal(["1", "2"], await AnswersAsync(cluster, bAgain, 2));
    }

    [Theory(DisplayName = "child-index-dgram: the same for UDP sockets bound to port 0")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task The_nth_UDP_port_0_is_the_same_for_all_workers(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var (first, second) = (cluster.Primary.Fork(), cluster.Primary.Fork());

        await cluster.BindAsync(first);
        await cluster.BindAsync(first, name: "b");
        await cluster.CloseAsync(first);
        await cluster.CloseAsync(first, "b");
        int[] ofFirst = [await cluster.BindAsync(first), await cluster.BindAsync(first, name: "b")];
        int[] ofSecond = [await cluster.BindAsync(second), await cluster.BindAsync(second, name: "b")];

        Assert.NotEqual(ofFirst[0], ofFirst[1]);
        Assert.Equal(ofFirst, ofSecond);
    }

    [Theory(DisplayName = "listening-port: the listening event carries the real port, the address and its type")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task The_event_tells_the_real_port(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        var told = new TaskCompletionSource<ListeningAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Primary.OnListening += (_, address) => told.TrySetResult(address);

        var port = await cluster.ListenAsync(cluster.Primary.Fork());
        var address = await cluster.WithinDeadline(told.Task, "the listening event");

        Assert.True(port > 0);
        Assert.Equal(new ListeningAddress("127.0.0.1", port, "4", new IPEndPoint(IPAddress.Loopback, port)), address);
    }

    [Theory(DisplayName = "net-listen: listening without a host serves every address")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Without_a_host_every_address_is_served(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var port = await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Address = null });

        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
        Assert.Equal("1", await Client.ReadAllAsync(new IPEndPoint(IPAddress.IPv6Loopback, port)));
    }

    [Fact(DisplayName = "net-listen: a Node worker may call listen without a port")]
    public async Task A_Node_worker_may_listen_without_a_port()
    {
        await using var cluster = TestCluster.OfScript("listen-bare.js");
        var (_, port) = await cluster.ForkListeningAsync(1);

        Assert.Equal("hello", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Theory(DisplayName = "server-restart-rr, server-restart-none: one of two workers closes its server and listens again")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_server_is_closed_and_opened_again(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        var (first, second) = (cluster.Primary.Fork(), cluster.Primary.Fork());
        var port = await cluster.ListenAsync(first);
        await cluster.ListenAsync(second);

        await cluster.CloseAsync(first);
        var alone = await AnswersAsync(cluster, port, 3);
        await cluster.ListenAsync(first);
        await cluster.CloseAsync(second);
        var other = await AnswersAsync(cluster, port, 3);

        Assert.Equal(["2", "2", "2"], alone);
        Assert.Equal(["1", "1", "1"], other);
    }

    [Theory]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task A_port_that_was_any_port_can_be_asked_for_by_number_once_it_is_closed(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var worker = cluster.Primary.Fork();
        var port = await cluster.ListenAsync(worker);
        await cluster.CloseAsync(worker);

        await cluster.OpenAsync(worker, new WorkerCommand("listen") { Address = "::", Port = port });

        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Fact]
    public async Task A_port_that_its_last_worker_has_closed_and_lives_on_is_free_again()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        var worker = cluster.Primary.Fork();
        var port = await cluster.ListenAsync(worker);

        await cluster.CloseAsync(worker);
        await cluster.LogAsync($"No longer listening on 127.0.0.1:{port}");

        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => Client.ConnectAsync(port));
    }

    internal static async Task<IReadOnlyList<string>> AnswersAsync(TestCluster cluster, int port, int count)
    {
        var answers = new List<string>();
        for (var i = 0; i < count; i++) answers.Add((await cluster.ReadAllAsync(port)).Trim());
        return [.. answers.Order(StringComparer.Ordinal)];
    }
}
