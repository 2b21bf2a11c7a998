using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Samples;

public sealed class FromNodeSampleTests
{
    [Fact]
    public async Task Fork_per_cpu_prints_the_primary_and_each_worker()
    {
        using var program = new SampleProgram("FromNode", "fork-per-cpu");

        await program.LinesAsync($"Primary {program.ProcessId} is running");
        var workers = await program.LinesAsync("Worker ", Environment.ProcessorCount);

        Assert.Equal(Environment.ProcessorCount, workers.Distinct().Count());
    }

    [Theory]
    [InlineData("web-server")]
    [InlineData("one-line")]
    public async Task The_web_server_answers_from_every_worker(string snippet)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        using var program = new SampleProgram("FromNode", snippet, url);
        await program.LinesAsync("Application started", Environment.ProcessorCount);

        using var client = new HttpClient();
        client.DefaultRequestHeaders.ConnectionClose = true;
        var answers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 2 * Environment.ProcessorCount; i++) answers.Add(await client.GetStringAsync(url));

        Assert.Equal(Environment.ProcessorCount, answers.Count);
        Assert.All(answers, answer => Assert.StartsWith("Response from Worker ", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Restart_on_exit_replaces_a_killed_worker()
    {
        using var program = new SampleProgram("FromNode", "restart-on-exit");
        var victim = await FirstChildAsync(program);

        victim.Kill();

        await program.LinesAsync($"Worker {victim.Id} died (SIGKILL)");
        await program.LinesAsync("New worker ");
    }

    [Fact]
    public async Task Messages_go_both_ways()
    {
        using var program = new SampleProgram("FromNode", "messages");

        await program.LinesAsync("From worker 1: {\"message\":\"User Created\"}");
        await program.LinesAsync("From the primary: Hello, worker");
    }

    [Fact]
    public async Task Settings_add_up_and_a_fork_has_its_own()
    {
        using var program = new SampleProgram("FromNode", "setup-primary", TestPrograms.Node("print-settings.js"));

        await program.LinesAsync("--use https spare=no");
        await program.LinesAsync("--use http spare=yes");
        Assert.Equal(0, await program.ExitCodeAsync());
    }

    [Fact]
    public async Task The_policy_can_be_set()
    {
        using var program = new SampleProgram("FromNode", "policy");

        await program.LinesAsync("shared");
        Assert.Equal(0, await program.ExitCodeAsync());
    }

    [Fact]
    public async Task A_graceful_disconnect_ends_the_worker_of_its_own_will()
    {
        using var program = new SampleProgram("FromNode", "graceful");

        await program.LinesAsync("Worker 1 listens on port ");
        await program.LinesAsync("Worker 1 is gone, of its own will: True");
        Assert.Equal(0, await program.ExitCodeAsync());
    }

    private static async Task<Process> FirstChildAsync(SampleProgram program)
    {
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < TestCluster.Deadline)
        {
            var children = Directory.GetDirectories($"/proc/{program.ProcessId}/task")
                .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
            if (children.Length > 0) return Process.GetProcessById(int.Parse(children[0]));
            await Task.Delay(10);
        }

        throw new TimeoutException("The sample has forked nothing; output:\n" + string.Join('\n', program.Lines));
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
