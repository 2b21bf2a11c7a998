using Drover.Workers;

namespace Drover.FunctionalTests.Survival;

/// <summary>A worker that does not react loses what it has not begun, and comes back, or is replaced.</summary>
public sealed class HungWorkerTests
{
    [Fact]
    public async Task Connections_of_a_stopped_worker_are_answered_by_another_and_it_gets_new_ones_when_it_goes_on()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        var connections = await OpenUsedAsync(port, 40);

        // An answer reaches its client a moment before the worker has released the connection.
        await cluster.UntilAsync(async () => await ((ForkedWorker)workers[0]).CountIdleAsync() == 20, "idle connections");
        workers[0].Kill(Signal.SIGSTOP);

        Assert.All(await cluster.WithinDeadline(Task.WhenAll(connections.Select(c => c.GetAsync("/"))), "answers"), id => Assert.Equal("2", id));
        Assert.True(Processes.IsStopped(workers[0].ProcessId));

        workers[0].Kill(Signal.SIGCONT);
        await cluster.LogAsync("reacts again");
        await AnsweredByAsync(cluster, port, "1");

        // What was taken from it is not touched by it: every connection lives, whoever has it now.
        for (var round = 0; round < 3; round++) await cluster.WithinDeadline(Task.WhenAll(connections.Select(c => c.GetAsync("/"))), "later answers");
        foreach (var connection in connections) connection.Dispose();
    }

    [Theory]
    [InlineData("/block?milliseconds=4000")]
    [InlineData("/spin?milliseconds=4000")]
    public async Task A_worker_whose_threads_are_all_occupied_loses_its_idle_connections_for_that_time(string path)
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(2);
        var connections = await OpenUsedAsync(port, 20);
        using var culprit = await KeptConnection.OpenAsync(port);
        Assert.Equal("1", await culprit.GetAsync("/"));

        await culprit.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        await cluster.LogAsync("has not reacted");

        Assert.All(await cluster.WithinDeadline(Task.WhenAll(connections.Select(c => c.GetAsync("/"))), "answers"), id => Assert.Equal("2", id));
        await cluster.LogAsync("reacts again");
        foreach (var connection in connections) connection.Dispose();
    }

    [Fact]
    public async Task A_worker_that_hangs_for_too_long_is_replaced_and_its_request_answered_with_503()
    {
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["Survivor", "http://127.0.0.1:0"];
            settings.Restart = new RestartPolicy();
            settings.Hang = new HangPolicy { EndAfter = TimeSpan.FromSeconds(1) };
        });
        var (workers, port) = await cluster.ForkListeningAsync(2);
        using var connection = await KeptConnection.OpenAsync(port);
        await KilledWorkerTests.HoldAsync(cluster, connection);

        workers[0].Kill(Signal.SIGSTOP);
        await cluster.EventAsync("exit 1 SIGKILL");

        Assert.Equal(503, (await connection.AnswerAsync()).Status);
        await AnsweredByAsync(cluster, port, "3");
    }

    [Fact]
    public async Task A_hung_worker_leaves_a_memory_dump_when_one_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["Survivor", "http://127.0.0.1:0"];
            settings.Restart = new RestartPolicy();
            settings.Hang = new HangPolicy { EndAfter = TimeSpan.FromSeconds(1), DumpDirectory = folder.Path };
        });
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var connection = await KeptConnection.OpenAsync(port);

        await connection.SendAsync("GET /block?milliseconds=100000 HTTP/1.1\r\nHost: x\r\n\r\n");
        await cluster.EventAsync("exit 1 SIGKILL");

        await cluster.LogAsync("look at it with: dotnet-dump");
        Assert.True(new FileInfo(Path.Combine(folder.Path, $"worker-{workers[0].ProcessId}.dmp")).Length > 1_000_000, cluster.Describe());
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_aborted_and_a_worker_that_does_not_obey_is_replaced()
    {
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["Survivor", "http://127.0.0.1:0"];
            settings.Restart = new RestartPolicy();
            settings.RequestTimeLimit = TimeSpan.FromSeconds(0.5);
            settings.Hang = new HangPolicy { EndAfter = TimeSpan.FromSeconds(1) };
        });
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var obedient = await KeptConnection.OpenAsync(port);
        using var stubborn = await KeptConnection.OpenAsync(port);

        await obedient.SendAsync("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.ThrowsAnyAsync<IOException>(obedient.AnswerAsync);
        Assert.DoesNotContain(cluster.Events, e => e.StartsWith("exit", StringComparison.Ordinal));

        // It waits without looking at its cancellation.
        await stubborn.SendAsync("GET /slow?milliseconds=60000 HTTP/1.1\r\nHost: x\r\n\r\n");
        await Assert.ThrowsAnyAsync<IOException>(stubborn.AnswerAsync);
        await cluster.EventAsync("exit 1 SIGKILL");
        await AnsweredByAsync(cluster, port, "2");
    }

    [Fact]
    public async Task A_worker_that_gets_no_CPU_is_not_taken_for_hung()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        using var connection = await KeptConnection.OpenAsync(port);
        Assert.Equal("1", await connection.GetAsync("/"));

        // On one CPU with it, at a priority that leaves it next to nothing.
        using var burden = BusyProcesses.Start(4, cpu: 0);
        BusyProcesses.PutLast(workers[0].ProcessId, cpu: 0);
        var before = Environment.TickCount64;
        for (var round = 0; round < 5; round++) Assert.Equal("1", await connection.GetAsync("/slow?milliseconds=300"));

        Assert.True(Environment.TickCount64 - before >= 1500);
        Assert.DoesNotContain(cluster.LogLines, l => l.Contains("has not reacted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_spread_to_a_worker_that_comes_later()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(1);
        var connections = await OpenUsedAsync(port, 60);
        await cluster.ForkListeningAsync(1);

        var ids = Array.Empty<string>();
        await cluster.UntilAsync(
            async () =>
            {
                ids = await Task.WhenAll(connections.Select(c => c.GetAsync("/")));
                return ids.Count(id => id == "2") >= 25;
            },
            "a fair share for the new worker");
        Assert.True(ids.Count(id => id == "1") >= 25, string.Join(' ', ids));
        foreach (var connection in connections) connection.Dispose();
    }

    private static async Task<KeptConnection[]> OpenUsedAsync(int port, int count)
    {
        var connections = await KeptConnection.OpenManyAsync(port, count);
        await Task.WhenAll(connections.Select(c => c.GetAsync("/")));
        return connections;
    }

    private static Task AnsweredByAsync(TestCluster cluster, int port, string id) => cluster.UntilAsync(
        async () =>
        {
            using var connection = await KeptConnection.OpenAsync(port);
            return await connection.GetAsync("/") == id;
        },
        $"a connection for worker {id}");
}
