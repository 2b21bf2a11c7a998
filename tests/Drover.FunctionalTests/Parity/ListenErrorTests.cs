using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class ListenErrorTests
{
    [Theory(DisplayName = "bind-twice: two clusters on one port: the second one's worker sees EADDRINUSE")]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task The_second_cluster_on_a_port_is_told_that_it_is_in_use(string kind)
    {
        await using var first = CommandedWorkers.Cluster(kind);
        await using var second = CommandedWorkers.Cluster(kind);
        var port = await first.ListenAsync(first.Primary.Fork());

        var worker = second.Primary.Fork();
        var refused = await second.DoAsync(worker, new WorkerCommand("listen") { Port = port });

        Assert.Equal("EADDRINUSE", refused.Error);
        Assert.Equal("1", (await first.ReadAllAsync(port)).Trim());
        Assert.Contains(second.LogLines, l => l.Contains($"Worker 1 cannot listen on 127.0.0.1:{port}", StringComparison.Ordinal));
    }

    [Theory(DisplayName = "eaddrinuse, shared-handle-bind-error: EADDRINUSE reaches the worker, and a retry works once the port is free")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_retry_works_once_the_port_is_free(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var worker = cluster.Primary.Fork();

        var refused = await cluster.DoAsync(worker, new WorkerCommand("listen") { Port = port });
        holder.Stop();
        await cluster.ListenAsync(worker, port, name: "again");

        Assert.Equal("EADDRINUSE", refused.Error);
        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Theory(DisplayName = "port-reuse-between-workers: a second server of one worker on one fixed port is EADDRINUSE, and the port is nobody's afterwards")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_port_goes_from_worker_to_worker_in_any_order(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        using var port = new ReservedPort();
        var first = cluster.Primary.Fork();
        var listen = new WorkerCommand("listen") { Address = "::", Port = port.Number };

        await cluster.OpenAsync(first, listen);
        var twice = await cluster.DoAsync(first, listen with { Name = "twice" });
        await cluster.CloseAsync(first);
        var second = cluster.Primary.Fork();
        await cluster.OpenAsync(second, listen);
        await cluster.OpenAsync(first, listen);
        await cluster.CloseAsync(first);

        Assert.Equal("EADDRINUSE", twice.Error);
        Assert.Equal("2", (await cluster.ReadAllAsync(port.Number)).Trim());
    }

    [Theory(DisplayName = "eaccess: EADDRINUSE on a Unix path that another process holds reaches the worker")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_path_that_somebody_serves_is_in_use(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        using var folder = new TemporaryFolder();
        var path = folder.File("held.sock");
        await using var holder = RunningProgram.Start("node", ["-e", "require('net').createServer((c) => c.end('holder')).listen(process.argv[1], () => console.log('held'))", path]);
        await holder.LineAsync("held");

        var refused = await cluster.DoAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Path = path });

        Assert.Equal("EADDRINUSE", refused.Error);
        Assert.Equal("holder", await Client.ReadAllAsync(new UnixDomainSocketEndPoint(path)));
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_left_alone()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        using var folder = new TemporaryFolder();
        var path = folder.File("notes.txt");
        await File.WriteAllTextAsync(path, "precious", TestContext.Current.CancellationToken);

        var refused = await cluster.DoAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Path = path });

        Assert.Equal("EADDRINUSE", refused.Error);
        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_socket_file_of_a_dead_primary_is_replaced()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        using var folder = new TemporaryFolder();
        var path = folder.File("left.sock");
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // .NET removes the file of a socket that it has bound; a hard link stays as the file of a killed process does.
            dead.Bind(new UnixDomainSocketEndPoint(path + ".bound"));
            dead.Listen();
            await using var link = RunningProgram.Start("ln", [path + ".bound", path]);
            Assert.Equal(0, await link.ExitAsync());
        }

        await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Path = path });

        Assert.Equal("1", await Client.ReadAllAsync(new UnixDomainSocketEndPoint(path)));
    }
}
