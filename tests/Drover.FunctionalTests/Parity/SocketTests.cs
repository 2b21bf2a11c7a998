using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class SocketTests
{
    private const int TcpLevel = 6;
    private const int TcpInformation = 11;
    private const int BacklogOffset = 28; // Of struct tcp_info: tcpi_sacked, which is the backlog of a listening socket.

    [Theory(DisplayName = "net-listen-backlog: the backlog that the worker asks for is the primary's")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin, 100, 100)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin, 0, 511)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared, 100, 100)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin, 100, 100)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin, 0, 511)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared, 100, 100)]
    public async Task The_backlog_is_the_workers(string kind, string policy, int asked, int expected)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        using var reserved = new ReservedPort();

        var port = await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Port = reserved.Number, Backlog = asked });

        Assert.Equal(reserved.Number, port);
        Assert.Equal(expected, BacklogOf(port));
    }

    [Theory(DisplayName = "test-listen-fd-cluster: workers listen on a socket that the primary was given")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task Workers_listen_on_a_descriptor_of_the_primary(string kind, string policy)
    {
        await using var cluster = CommandedWorkers.Cluster(kind, policy);
        using var given = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        given.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        given.Listen();
        var endPoint = (IPEndPoint)given.LocalEndPoint!;
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        foreach (var worker in workers) await cluster.OpenAsync(worker, new WorkerCommand("listen") { Descriptor = (int)given.Handle });
        var answers = await PortTests.AnswersAsync(cluster, endPoint.Port, 4);

        if (policy == SchedulingPolicies.RoundRobin) Assert.Equal(["1", "1", "2", "2"], answers);
        await cluster.CloseAsync(workers[0]);
        Assert.Equal(["2", "2"], await PortTests.AnswersAsync(cluster, endPoint.Port, 2));
    }

    [Fact]
    public async Task A_descriptor_that_is_no_socket_is_refused()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        using var file = File.OpenHandle("/dev/null");

        var refused = await cluster.DoAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Descriptor = (int)file.DangerousGetHandle() });

        Assert.Equal("ENOTSOCK", refused.Error);
    }

    [Fact(DisplayName = "net-reuseport: TCP servers with SO_REUSEPORT bypass the primary")]
    public async Task Servers_with_reuse_port_are_the_workers_own()
    {
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp);
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        var port = await cluster.OpenAsync(workers[0], new WorkerCommand("listen") { ReusePort = true });
        await cluster.OpenAsync(workers[1], new WorkerCommand("listen") { ReusePort = true, Port = port });
        var answers = await PortTests.AnswersAsync(cluster, port, 40);
        await cluster.CloseAsync(workers[0]);
        var alone = await PortTests.AnswersAsync(cluster, port, 5);

        Assert.Equal(["1", "2"], answers.Distinct());
        Assert.All(alone, a => Assert.Equal("2", a));
        Assert.DoesNotContain(cluster.Events, e => e.StartsWith("listening", StringComparison.Ordinal));
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "a graceful end");
        Assert.Contains("exit 2 0", cluster.Events);
    }

    // The primary is this process: its listening socket is among the descriptors here.
    private static int BacklogOf(int port)
    {
        Span<byte> information = stackalloc byte[104];
        foreach (var link in Directory.GetFiles("/proc/self/fd"))
        {
            if (new FileInfo(link).LinkTarget is not { } target || !target.StartsWith("socket:", StringComparison.Ordinal)) continue;
            try
            {
                using var socket = new Socket(new SafeSocketHandle(int.Parse(Path.GetFileName(link)), ownsHandle: false));
                if (socket.LocalEndPoint is not IPEndPoint ip || ip.Port != port) continue;
                socket.GetRawSocketOption(TcpLevel, TcpInformation, information);
                if (BinaryPrimitives.ReadInt32LittleEndian(information[BacklogOffset..]) is > 0 and var backlog) return backlog;
            }
            catch (SocketException)
            {
                // Some other test's socket, closed meanwhile, or one that is not TCP.
            }
        }

        return -1;
    }
}
