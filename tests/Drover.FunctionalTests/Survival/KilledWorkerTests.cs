using Drover.Workers;

namespace Drover.FunctionalTests.Survival;

/// <summary>What the clients of a worker see that is killed: of all that it was not working on, nothing.</summary>
public sealed class KilledWorkerTests
{
    [Fact]
    public async Task Idle_connections_are_answered_by_another_worker()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        var connections = await KeptConnection.OpenManyAsync(port, 100);
        var first = await Task.WhenAll(connections.Select(c => c.GetAsync("/")));
        Assert.Equal(50, first.Count(id => id == "1"));

        await IdleAsync(cluster, workers[0], 50);
        workers[0].Kill(Signal.SIGKILL);
        var second = await cluster.WithinDeadline(Task.WhenAll(connections.Select(c => c.GetAsync("/"))), "the second answers");

        Assert.All(second, id => Assert.Equal("2", id));
        foreach (var connection in connections) connection.Dispose();
    }

    [Fact]
    public async Task Connections_wait_while_no_worker_is_up()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        var connections = await KeptConnection.OpenManyAsync(port, 20);
        await Task.WhenAll(connections.Select(c => c.GetAsync("/")));

        await IdleAsync(cluster, workers[0], 20);
        workers[0].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 1 SIGKILL");
        var answers = connections.Select(c => c.GetAsync("/")).ToArray();
        await cluster.ForkListeningAsync(1);

        Assert.All(await cluster.WithinDeadline(Task.WhenAll(answers), "the answers of the next worker"), id => Assert.Equal("2", id));
        foreach (var connection in connections) connection.Dispose();
    }

    [Fact]
    public async Task A_request_that_was_being_executed_gets_503_and_the_connection_ends()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var connection = await KeptConnection.OpenAsync(port);
        await HoldAsync(cluster, connection);

        workers[0].Kill(Signal.SIGKILL);
        var (status, head, body) = await connection.AnswerAsync();

        Assert.Equal((503, ""), (status, body));
        Assert.Contains("Connection: close", head, StringComparison.Ordinal);
        Assert.Contains("Retry-After: 1", head, StringComparison.Ordinal);
        Assert.True(await connection.EndsAsync());
    }

    [Fact]
    public async Task The_second_request_of_a_connection_gets_503_too()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var connection = await KeptConnection.OpenAsync(port);

        // In one piece: the second begins as soon as the first is answered.
        var started = StartedAsync(cluster);
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.Equal((200, "1"), Short(await connection.AnswerAsync()));
        await cluster.WithinDeadline(started, "the request that holds");

        workers[0].Kill(Signal.SIGKILL);
        Assert.Equal((503, ""), Short(await connection.AnswerAsync()));
    }

    [Fact]
    public async Task Half_an_answer_ends_in_a_reset_and_not_in_a_503()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var connection = await KeptConnection.OpenAsync(port);
        await connection.SendAsync("GET /half HTTP/1.1\r\nHost: x\r\n\r\n");
        var answer = connection.AnswerAsync();
        await cluster.UntilAsync(() => connection.HasReceived("half an answer"), "half an answer");

        workers[0].Kill(Signal.SIGKILL);

        await Assert.ThrowsAnyAsync<IOException>(() => answer);
        Assert.False(connection.HasReceived("503"));
    }

    [Fact]
    public async Task A_worker_that_stops_by_itself_gives_its_idle_connections_away()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        var connections = await KeptConnection.OpenManyAsync(port, 40);
        await Task.WhenAll(connections.Select(c => c.GetAsync("/")));

        workers[0].Kill(Signal.SIGTERM);
        await cluster.EventAsync("exit 1 0");

        Assert.All(await cluster.WithinDeadline(Task.WhenAll(connections.Select(c => c.GetAsync("/"))), "the second answers"), id => Assert.Equal("2", id));
        foreach (var connection in connections) connection.Dispose();
    }

    [Fact]
    public async Task Running_requests_of_a_worker_that_disconnects_are_answered_and_their_connections_move()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var connection = await KeptConnection.OpenAsync(port);
        var started = StartedAsync(cluster);
        var slow = connection.GetAsync("/slow?milliseconds=700");
        await cluster.WithinDeadline(started, "the slow request");
        await cluster.ForkListeningAsync(1);

        var gone = workers[0].DisconnectAsync(TestContext.Current.CancellationToken);
        Assert.Equal("1", await slow);

        // The next request may reach the old worker before it has let go of the connection.
        await cluster.UntilAsync(async () => await connection.GetAsync("/") == "2", "an answer of the other worker on the same connection");
        await cluster.WithinDeadline(gone, "the end of the worker");
        Assert.Equal("2", await connection.GetAsync("/"));
    }

    [Fact]
    public async Task A_body_that_the_application_did_not_read_does_not_follow_the_connection()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var known = await KeptConnection.OpenAsync(port);
        using var chunked = await KeptConnection.OpenAsync(port);
        await known.SendAsync("POST /unread HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345");
        await chunked.SendAsync("POST /unread HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n");
        Assert.Equal((200, "1"), Short(await known.AnswerAsync()));
        Assert.Equal((200, "1"), Short(await chunked.AnswerAsync()));

        // The one worker still waits for the rest; to another one it would look like a request.
        await cluster.ForkListeningAsync(1);
        var gone = workers[0].DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync(() => workers[0].State == WorkerState.Draining, "the drain");
        await known.SendAsync("67890");
        await chunked.SendAsync("5\r\n67890\r\n0\r\n\r\n");

        // The first one may still have reached the old worker together with the rest.
        await cluster.UntilAsync(async () => await known.GetAsync("/") == "2", "an answer of the other worker");
        await cluster.WithinDeadline(gone, "the end of the worker");
    }

    // An answer reaches its client a moment before the worker has released the connection.
    private static Task IdleAsync(TestCluster cluster, Worker worker, int count) =>
        cluster.UntilAsync(async () => await ((ForkedWorker)worker).CountIdleAsync() == count, "idle connections");

    internal static async Task HoldAsync(TestCluster cluster, KeptConnection connection)
    {
        var started = StartedAsync(cluster);
        await connection.SendAsync("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
        await cluster.WithinDeadline(started, "the request that holds");
    }

    private static async Task StartedAsync(TestCluster cluster)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnMessage(Worker worker, ClusterMessage message) => started.TrySetResult();
        cluster.Primary.OnMessage += OnMessage;
        await started.Task;
        cluster.Primary.OnMessage -= OnMessage;
    }

    private static (int Status, string Body) Short((int Status, string Head, string Body) answer) => (answer.Status, answer.Body);
}
