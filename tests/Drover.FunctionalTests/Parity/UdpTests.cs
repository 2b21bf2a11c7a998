using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class UdpTests
{
    private static readonly byte[] Hello = "hello"u8.ToArray();

    [Theory(DisplayName = "dgram-1: a UDP socket bound in four workers is one socket, and every datagram arrives once")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Four_workers_share_a_UDP_port(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork(), cluster.Primary.Fork(), cluster.Primary.Fork()];
        var ports = await Task.WhenAll(workers.Select(w => cluster.BindAsync(w)));

        Send(new IPEndPoint(IPAddress.Loopback, ports[0]), 40);

        Assert.Single(ports.Distinct());
        await cluster.ReceivedAsync(workers, 40);
        foreach (var worker in workers) await cluster.EventAsync($"listening {worker.Id} {ports[0]}");
    }

    [Theory(DisplayName = "dgram-2: workers send from the shared port, and the cluster disconnects")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Workers_send_from_the_shared_port(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];
        var port = 0;
        foreach (var worker in workers) port = await cluster.BindAsync(worker);

        var buffer = new byte[16];
        foreach (var worker in workers)
        {
            await cluster.DoAsync(worker, new WorkerCommand("send") { Port = ((IPEndPoint)receiver.LocalEndPoint!).Port, Text = "hello" });
            var got = await cluster.WithinDeadline(receiver.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0)), "the worker's datagram");
            Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), got.RemoteEndPoint);
        }

        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of all");
        Assert.Equal(["exit 1 0", "exit 2 0"], cluster.Events.Where(e => e.StartsWith("exit", StringComparison.Ordinal)).Order());
    }

    [Theory(DisplayName = "dgram-bind-fd: workers use a UDP socket that the primary has bound, by its descriptor")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Workers_use_a_socket_of_the_primary(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = (IPEndPoint)bound.LocalEndPoint!;
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        foreach (var worker in workers)
            Assert.Equal(endPoint.Port, await cluster.OpenAsync(worker, new WorkerCommand("bind") { Descriptor = (int)bound.Handle }));
        Send(endPoint, 20);

        await cluster.ReceivedAsync(workers, 20);
    }

    [Theory(DisplayName = "dgram-ipv6only: an IPv6-only UDP socket and an IPv4 one have the same port")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task IPv6_alone_leaves_the_IPv4_port_free(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        using var port = new ReservedPort();
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        foreach (var worker in workers)
        {
            await cluster.OpenAsync(worker, new WorkerCommand("bind") { Name = "six", Address = "::", Port = port.Number, Ipv6Only = true });
            await cluster.OpenAsync(worker, new WorkerCommand("bind") { Name = "four", Address = "0.0.0.0", Port = port.Number });
        }

        Send(new IPEndPoint(IPAddress.IPv6Loopback, port.Number), 6);
        Send(new IPEndPoint(IPAddress.Loopback, port.Number), 4);
        await cluster.ReceivedAsync(workers, 6, "six");
        await cluster.ReceivedAsync(workers, 4, "four");
    }

    [Theory(DisplayName = "dgram-reuse: two UDP sockets with SO_REUSEADDR on one port in one worker")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task Two_sockets_of_a_worker_share_a_port_on_purpose(string kind)
    {
        await using var cluster = CommandedWorkers.Cluster(kind);
        var worker = cluster.Primary.Fork();

        var bind = new WorkerCommand("bind") { ReuseAddress = true };
        var port = await cluster.OpenAsync(worker, bind);
        Assert.Equal(port, await cluster.OpenAsync(worker, bind with { Name = "b", Port = port }));
        Assert.Equal(port, await cluster.OpenAsync(worker, bind with { Name = "c", Port = port }));
        await cluster.CloseAsync(worker);
        await cluster.CloseAsync(worker, "c");
        await cluster.UntilAsync(() => cluster.LogLines.Count(l => l.Contains("No longer listening", StringComparison.Ordinal)) == 2, "two closed sockets");
        Send(new IPEndPoint(IPAddress.Loopback, port), 5);

        await cluster.ReceivedAsync([worker], 5, "b");
        await cluster.WithinDeadline(worker.DisconnectAsync(), "a graceful end");
        Assert.Equal(0, worker.ExitCode);
    }

    [Fact(DisplayName = "dgram-reuseport: UDP sockets with SO_REUSEPORT bypass the primary")]
    public async Task A_socket_with_reuse_port_is_the_workers_own()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        var port = await cluster.OpenAsync(workers[0], new WorkerCommand("bind") { ReusePort = true });
        await cluster.OpenAsync(workers[1], new WorkerCommand("bind") { ReusePort = true, Port = port });
        for (var i = 0; i < 30; i++) Send(new IPEndPoint(IPAddress.Loopback, port), 1);

        await cluster.ReceivedAsync(workers, 30);
        Assert.DoesNotContain(cluster.Events, e => e.StartsWith("listening", StringComparison.Ordinal));
        Assert.DoesNotContain(cluster.LogLines, l => l.Contains("Listening on", StringComparison.Ordinal));
    }

    internal static void Send(IPEndPoint target, int count)
    {
        using var sender = new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        for (var i = 0; i < count; i++) sender.SendTo(Hello, target);
    }
}
