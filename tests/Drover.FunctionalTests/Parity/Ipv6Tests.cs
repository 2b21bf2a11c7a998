using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class Ipv6Tests
{
    [Theory(DisplayName = "net-listen-ipv6only-false: [::] serves IPv4 clients as well")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task Both_families_are_served(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        var port = await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Address = "::" });

        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
        Assert.Equal("1", await Client.ReadAllAsync(new IPEndPoint(IPAddress.IPv6Loopback, port)));
    }

    [Theory(DisplayName = "test-cluster-net-listen-ipv6only-none, test-cluster-net-listen-ipv6only-rr: the IPv4 port stays free, and every listening event has the same address")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task IPv6_alone_leaves_IPv4_free(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        var addresses = new System.Collections.Concurrent.ConcurrentQueue<ListeningAddress>();
        cluster.Primary.OnListening += (_, address) => addresses.Enqueue(address);
        var port = 0;
        for (var i = 0; i < 2; i++) port = await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Address = "::", Ipv6Only = true });

        // Not only free: somebody else's server can have it.
        using var other = new TcpListener(IPAddress.Any, port);
        other.Start();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var accepted = await cluster.WithinDeadline(other.AcceptTcpClientAsync(), "the IPv4 client at the other server");

        await cluster.UntilAsync(() => addresses.Count == 2, "two listening events");
        Assert.All(addresses, a => Assert.Equal(("::", port, "6"), (a.Address, a.Port, a.AddressType)));
        Assert.Contains(await Client.ReadAllAsync(new IPEndPoint(IPAddress.IPv6Loopback, port)), (string[])["1", "2"]);
    }
}
