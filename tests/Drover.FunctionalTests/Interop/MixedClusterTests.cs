using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Interop;

/// <summary>C# and Node workers of one primary on one port.</summary>
public sealed class MixedClusterTests
{
    [Theory]
    [InlineData("[::1]")]
    [InlineData("127.0.0.1")]
    public async Task Kestrel_and_Node_share_the_port_of_every_address(string host)
    {
        await using var cluster = new TestCluster();

        // Node's listen(port) names no address where Kestrel says [::]; a plain C# listener says the same. It is one port.
        var (_, port) = await cluster.ForkListeningAsync(1, settings =>
        {
            settings.Program = TestPrograms.Node("web.js");
            settings.Arguments = ["http", "0"];
        });
        var (_, ofKestrel) = await cluster.ForkListeningAsync(1, settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["WebApp", "http://[::]:0"];
        });
        var (_, ofExpress) = await cluster.ForkListeningAsync(1, settings =>
        {
            settings.Program = TestPrograms.Node("web.js");
            settings.Arguments = ["express", "0"];
        });
        using var http = Web.NewConnections(port, host);

        Assert.Equal([port, port], [ofKestrel, ofExpress]);
        Assert.Equal(["1", "1", "2", "2", "3", "3"], await Web.AnswersAsync(http, 6));
    }

    [Theory]
    [InlineData(SchedulingPolicies.RoundRobin)]
    [InlineData(SchedulingPolicies.Shared)]
    public async Task A_port_goes_from_Node_to_CSharp_and_back_without_a_gap(string policy)
    {
        await using var cluster = new TestCluster(settings => settings.SchedulingPolicy = policy);
        var node = cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.Node));
        var port = await cluster.ListenAsync(node);
        var csharp = cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.CSharp));
        await cluster.ListenAsync(csharp);

        await cluster.WithinDeadline(node.DisconnectAsync(), "the end of the Node worker");
        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());
        var again = cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.Node));
        await cluster.ListenAsync(again);
        await cluster.WithinDeadline(csharp.DisconnectAsync(), "the end of the C# worker");

        Assert.Equal("3", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Fact]
    public async Task UDP_is_shared_by_CSharp_and_Node()
    {
        await using var cluster = new TestCluster();
        Worker[] workers =
        [
            cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.Node)),
            cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.CSharp)),
        ];
        var port = await cluster.BindAsync(workers[0]);

        Assert.Equal(port, await cluster.BindAsync(workers[1]));
        Parity.UdpTests.Send(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port), 20);

        await cluster.ReceivedAsync(workers, 20);
    }

    [Fact]
    public async Task Messages_reach_workers_of_both_kinds()
    {
        await using var cluster = new TestCluster();
        Worker[] workers =
        [
            cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.Node)),
            cluster.Primary.Fork(settings => CommandedWorkers.Program(settings, CommandedWorkers.CSharp)),
        ];

        var answers = await Task.WhenAll(workers.SelectMany(w => Enumerable.Range(0, 50).Select(_ => cluster.DoAsync(w, new WorkerCommand("open")))));

        Assert.Equal(100, answers.Length);
        Assert.All(answers, a => Assert.Equal(new CommandResult(), a));
    }
}
