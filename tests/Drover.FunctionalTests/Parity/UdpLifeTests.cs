using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class UdpLifeTests
{
    [Theory(DisplayName = "test-dgram-cluster-bind-error: an error of the primary is the socket's, which can be bound again")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task An_error_of_the_primary_is_the_sockets(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port;
        var worker = cluster.Primary.Fork();

        var refused = await cluster.DoAsync(worker, new WorkerCommand("bind") { Port = taken });
        holder.Close();
        await cluster.BindAsync(worker, taken, name: "again");
        UdpTests.Send(new IPEndPoint(IPAddress.Loopback, taken), 3);

        Assert.Equal("EADDRINUSE", refused.Error);
        await cluster.ReceivedAsync([worker], 3, "again");
    }

    [Theory(DisplayName = "test-dgram-bind-socket-close-before-cluster-reply, test-dgram-cluster-close-during-bind: a socket that arrives too late is closed")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task A_socket_that_arrives_too_late_is_closed(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var worker = cluster.Primary.Fork();

        var late = await cluster.DoAsync(worker, new WorkerCommand("bind") { GiveUp = true });
        await cluster.LogAsync("No longer listening on 127.0.0.1:");

        // Closed at both ends: a socket of anybody else gets the port.
        var line = cluster.LogLines.First(l => l.Contains("No longer listening", StringComparison.Ordinal));
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(IPEndPoint.Parse(line[line.IndexOf("127.", StringComparison.Ordinal)..]));
        Assert.Equal("given up", late.Error);
        Assert.True(worker.IsConnected);
    }

    [Theory(DisplayName = "test-dgram-cluster-close-in-listening: three workers close as soon as they listen")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Three_workers_close_as_soon_as_they_listen(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork(), cluster.Primary.Fork()];

        await Task.WhenAll(workers.Select(async worker =>
        {
            await cluster.BindAsync(worker);
            await cluster.CloseAsync(worker);
        }));
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of all");

        Assert.Equal(["exit 1 0", "exit 2 0", "exit 3 0"], cluster.Events.Where(e => e.StartsWith("exit", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_listener_that_opens_after_it_was_given_up_takes_no_connections()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        using var port = new ReservedPort();
        var (first, second) = (cluster.Primary.Fork(), cluster.Primary.Fork());

        var late = await cluster.DoAsync(first, new WorkerCommand("listen") { Port = port.Number, GiveUp = true });
        await cluster.ListenAsync(second, port.Number);

        Assert.Equal("given up", late.Error);
        Assert.Equal(["2", "2", "2", "2"], await PortTests.AnswersAsync(cluster, port.Number, 4));
    }
}
