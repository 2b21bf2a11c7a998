using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;

namespace Drover.FunctionalTests.Interop;

/// <summary>Node's web servers as workers, unmodified, beside Kestrel.</summary>
public sealed class NodeWebTests
{
    [Theory]
    [InlineData(Web.Kestrel)]
    [InlineData(Web.NodeHttp)]
    [InlineData(Web.Express)]
    public async Task A_web_server_is_served_by_all_workers_in_turn(string kind)
    {
        await using var cluster = Web.Cluster(kind);
        var (_, port) = await cluster.ForkListeningAsync(2);
        using var http = Web.NewConnections(port);

        Assert.Equal(["1", "1", "1", "2", "2", "2"], await Web.AnswersAsync(http, 6));
    }

    [Fact]
    public async Task Express_reads_a_body()
    {
        await using var cluster = Web.Cluster(Web.Express);
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var http = Web.KeepAlive(port);

        using var answer = await http.PostAsJsonAsync("echo", new { word = new string('x', 50_000) }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($$"""{"worker":1,"word":"{{new string('x', 50_000)}}"}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    // Kestrel's idle connections are not closed under a policy of the primary's: they wait for another worker.
    [Theory]
    [InlineData(Web.Kestrel, SchedulingPolicies.Shared)]
    [InlineData(Web.NodeHttp, SchedulingPolicies.RoundRobin)]
    [InlineData(Web.NodeHttp, SchedulingPolicies.Shared)]
    [InlineData(Web.Express, SchedulingPolicies.RoundRobin)]
    public async Task A_disconnect_finishes_the_running_request_and_closes_idle_connections(string kind, string policy)
    {
        await using var cluster = Web.Cluster(kind, policy);
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var idle = await Client.ConnectAsync(port);
        await idle.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK", await idle.LineAsync());
        using var http = Web.KeepAlive(port);
        var (worker, answer) = await cluster.HoldAsync(http);

        var disconnecting = worker.DisconnectAsync(TestContext.Current.CancellationToken);
        while (await idle.LineAsync() is not null)
        {
            // The rest of the first answer; the connection ends while the other request still runs.
        }

        Assert.False(answer.IsCompleted);
        Assert.False(disconnecting.IsCompleted);
        await worker.FinishAsync();

        Assert.Equal("finished 1", await cluster.WithinDeadline(answer, "the end of the request"));
        await cluster.WithinDeadline(disconnecting, "the end of the worker");
        Assert.Equal((0, true), (workers[0].ExitCode, workers[0].ExitedAfterDisconnect));
    }

    [Theory]
    [InlineData("http-id.js")]
    [InlineData("http-id.mjs")]
    [InlineData("http-id.cjs")]
    public async Task Programs_of_every_kind_of_module_run(string script)
    {
        await using var cluster = TestCluster.OfScript(script);
        var (_, port) = await cluster.ForkListeningAsync(2);
        using var http = Web.NewConnections(port);

        Assert.Equal(["1", "2"], await Web.AnswersAsync(http, 2));
    }

    [Fact]
    public async Task TypeScript_runs_where_Node_can_and_is_refused_with_the_reason_where_not()
    {
        await using var version = RunningProgram.Start("node", ["--version"]);
        await version.ExitAsync();
        var node = Version.Parse(version.Lines[0].TrimStart('v'));
        await using var cluster = TestCluster.OfScript("http-id.ts");

        if (node >= new Version(23, 6) || (node.Major == 22 && node.Minor >= 18))
        {
            var (_, port) = await cluster.ForkListeningAsync(1);
            using var http = Web.NewConnections(port);
            Assert.Equal(["typed"], await Web.AnswersAsync(http, 1));
            return;
        }

        var refused = Assert.Throws<ClusterException>(() => cluster.Primary.Fork());
        Assert.Equal(ClusterError.ProgramNotFound, refused.Error);
        Assert.Contains($"(version {node}) does not run", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Empty(cluster.Primary.Workers);
    }

    [Fact]
    public async Task A_large_answer_to_a_slow_reader_does_not_stop_a_Node_worker()
    {
        await using var cluster = TestCluster.OfScript("large.js");
        var (_, port) = await cluster.ForkListeningAsync(1);

        // The descriptor that Node got must be non-blocking, or its event loop stops with the first full buffer.
        using var slow = new TcpClient();
        await slow.ConnectAsync(IPAddress.Loopback, port);
        await slow.GetStream().WriteAsync("GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        using var http = Web.NewConnections(port);
        Assert.Equal(["1", "1", "1"], await Web.AnswersAsync(http, 3));

        using var reader = new StreamReader(slow.GetStream(), Encoding.ASCII);
        Assert.Equal("HTTP/1.1 200 OK", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }
}
