using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Drover.FunctionalTests.Parity;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Interop;

/// <summary>C# workers under the primary of real Node: the other half of the protocol.</summary>
public sealed class NodePrimaryTests
{
    [Fact]
    public async Task Nodes_round_robin_hands_connections_to_CSharp_workers_in_turn()
    {
        await using var primary = NodePrimary.Start("rr");
        int[] workers = [await primary.ForkAsync("Commanded"), await primary.ForkAsync("Commanded")];
        foreach (var worker in workers) Assert.Null((await primary.DoAsync(worker, new WorkerCommand("listen"))).Error);

        var port = await primary.ListeningAsync(1);
        var answers = new List<string>();
        for (var i = 0; i < 6; i++) answers.Add(await Client.ReadAllAsync(new IPEndPoint(IPAddress.Loopback, port)));

        Assert.Equal(port, await primary.ListeningAsync(2));
        Assert.Equal($"listening 1 127.0.0.1 {port} 4", await primary.Program.LineAsync("listening 1 "));
        Assert.Equal(["1", "1", "1", "2", "2", "2"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nodes_shared_policy_lends_its_socket_to_CSharp_workers()
    {
        await using var primary = NodePrimary.Start("none");
        int[] workers = [await primary.ForkAsync("Commanded"), await primary.ForkAsync("Commanded")];
        foreach (var worker in workers) Assert.Null((await primary.DoAsync(worker, new WorkerCommand("listen"))).Error);
        var port = await primary.ListeningAsync(1);
        var endPoint = new IPEndPoint(IPAddress.Loopback, port);

        for (var i = 0; i < 10; i++) Assert.Contains(await Client.ReadAllAsync(endPoint), (string[])["1", "2"]);

        // Each of the two can serve alone.
        await primary.DoAsync(1, new WorkerCommand("close"));
        for (var i = 0; i < 3; i++) Assert.Equal("2", await Client.ReadAllAsync(endPoint));
    }

    [Theory]
    [InlineData("rr")]
    [InlineData("none")]
    public async Task CSharp_and_Node_workers_share_a_port_of_Nodes_primary(string policy)
    {
        await using var primary = NodePrimary.Start(policy);
        await primary.ForkAsync("Commanded");
        await primary.DoAsync(1, new WorkerCommand("listen") { Address = "::" });
        await primary.ForkProgramAsync(TestPrograms.Node("commanded.js"));
        await primary.DoAsync(2, new WorkerCommand("listen") { Address = "::" });
        var endPoint = new IPEndPoint(IPAddress.IPv6Loopback, await primary.ListeningAsync(1));

        var answers = new HashSet<string>();
        for (var i = 0; i < 4; i++) answers.Add(await Client.ReadAllAsync(endPoint));
        await primary.DoAsync(2, new WorkerCommand("close"));
        answers.Add(await Client.ReadAllAsync(endPoint));

        Assert.Subset(new HashSet<string> { "1", "2" }, answers);
        if (policy == "rr") Assert.Equal(2, answers.Count);
        Assert.Equal("1", await Client.ReadAllAsync(endPoint));
    }

    [Fact]
    public async Task Nodes_primary_lends_UDP_and_Unix_sockets()
    {
        await using var primary = NodePrimary.Start("rr");
        using var folder = new TemporaryFolder();
        await primary.ForkAsync("Commanded");

        await primary.DoAsync(1, new WorkerCommand("listen") { Name = "unix", Path = folder.File("c.sock") });
        var port = (await primary.DoAsync(1, new WorkerCommand("bind") { Name = "udp" })).Port;
        UdpTests.Send(new IPEndPoint(IPAddress.Loopback, port), 3);

        Assert.Equal("1", await Client.ReadAllAsync(new UnixDomainSocketEndPoint(folder.File("c.sock"))));
        Assert.Equal($"listening 1 127.0.0.1 {port} udp4", await primary.Program.LineAsync("udp4"));
        for (var received = 0; received < 3;) received = (await primary.DoAsync(1, new WorkerCommand("received") { Name = "udp" })).Count;
    }

    [Theory]
    [InlineData("rr")]
    [InlineData("none")]
    public async Task An_error_of_Nodes_primary_reaches_the_CSharp_worker(string policy)
    {
        await using var primary = NodePrimary.Start(policy);
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        await primary.ForkAsync("Commanded");

        var refused = await primary.DoAsync(1, new WorkerCommand("listen") { Port = ((IPEndPoint)holder.LocalEndpoint).Port });

        Assert.Equal("EADDRINUSE", refused.Error);
    }

    [Theory]
    [InlineData("rr")]
    [InlineData("none")]
    public async Task A_CSharp_worker_that_Node_disconnects_serves_its_connections_to_their_end(string policy)
    {
        await using var primary = NodePrimary.Start(policy);
        await primary.ForkAsync("Commanded");
        var port = (await primary.DoAsync(1, new WorkerCommand("listen") { Hold = true })).Port;
        using var client = await Client.ConnectAsync(port);
        Assert.Equal("1", await client.LineAsync());

        await primary.DisconnectAsync(1);
        Assert.DoesNotContain(primary.Program.Lines, l => l.StartsWith("exit", StringComparison.Ordinal));
        client.Dispose();

        Assert.Equal("exit 1 0 true", await primary.ExitAsync(1));
        Assert.Equal("disconnected 1", await primary.Program.LineAsync("disconnected 1"));
    }

    [Theory]
    [InlineData("rr")]
    [InlineData("none")]
    public async Task Connections_that_only_this_worker_has_are_served_before_it_leaves(string policy)
    {
        await using var primary = NodePrimary.Start(policy);
        await primary.ForkAsync("Commanded");
        var port = (await primary.DoAsync(1, new WorkerCommand("listen") { Late = true })).Port;

        // Accepted by the worker's listener, and by nobody else ever: Node closes its copy with the worker's answer.
        var before = (await primary.DoAsync(1, new WorkerCommand("sockets"))).Count;
        var clients = new List<Client>();
        for (var i = 0; i < 5; i++) clients.Add(await Client.ConnectAsync(port));
        for (var sockets = 0; sockets < before + clients.Count;) sockets = (await primary.DoAsync(1, new WorkerCommand("sockets"))).Count;
        await primary.DisconnectAsync(1);

        foreach (var client in clients)
        {
            Assert.Equal("1", await client.LineAsync());
            client.Dispose();
        }

        Assert.Equal("exit 1 0 true", await primary.ExitAsync(1));
    }

    [Fact]
    public async Task A_CSharp_worker_that_leaves_by_itself_waits_for_Nodes_answer()
    {
        await using var primary = NodePrimary.Start("rr");
        await primary.ForkAsync("Commanded");
        await primary.DoAsync(1, new WorkerCommand("listen"));

        await primary.DoAsync(1, new WorkerCommand("disconnect"));

        Assert.Equal("exit 1 0 true", await primary.ExitAsync(1));
    }

    [Fact]
    public async Task A_CSharp_worker_ends_when_Nodes_primary_is_killed()
    {
        await using var primary = NodePrimary.Start("rr");
        await primary.ForkAsync("Commanded");
        await primary.DoAsync(1, new WorkerCommand("listen"));
        using var worker = Process.GetProcessById(int.Parse((await primary.Program.LineAsync("online 1 ")).Split(' ')[2]));

        Process.GetProcessById(primary.Program.ProcessId).Kill();

        await worker.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestCluster.Deadline);
    }

    [Theory]
    [InlineData("rr")]
    [InlineData("none")]
    public async Task Kestrel_serves_under_Nodes_primary_and_finishes_its_requests(string policy)
    {
        await using var primary = NodePrimary.Start(policy);
        await primary.ForkAsync("WebApp", "http://127.0.0.1:0");
        await primary.ForkAsync("WebApp", "http://127.0.0.1:0");
        var port = await primary.ListeningAsync(1);
        Assert.Equal(port, await primary.ListeningAsync(2));
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };

        var held = http.GetStringAsync("hold", TestContext.Current.CancellationToken);
        var holding = await primary.Program.LineAsync("holding");
        var worker = int.Parse(holding.Split(' ')[1]);
        await primary.DisconnectAsync(worker);
        await primary.Program.WriteLineAsync($"send {worker} {{\"finish\":true}}");

        Assert.Equal($"finished {worker}", await held.WaitAsync(TestCluster.Deadline));
        Assert.Equal($"exit {worker} 0 true", await primary.ExitAsync(worker));
        Assert.Equal((3 - worker).ToString(), await http.GetStringAsync("", TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("WebApp")]
    [InlineData("Web")]
    public async Task A_worker_that_Node_disconnects_while_it_starts_ends_in_order(string behaviour)
    {
        await using var primary = NodePrimary.Start("rr");
        await primary.ForkAsync(behaviour, "http://127.0.0.1:0");

        // From then on Node answers no question of this worker, not even the one about its port.
        await primary.Program.LineAsync("online 1 ");
        await primary.DisconnectAsync(1);

        Assert.Equal("exit 1 0 true", await primary.ExitAsync(1));
    }
}
