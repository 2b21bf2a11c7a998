using System.Net.Sockets;
using System.Text.Json;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class MessageTests
{
    [Theory(DisplayName = "message: messages both ways, on the worker and on the cluster, beside TCP")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Messages_go_both_ways_beside_TCP(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "HearAndTell");
        var global = new TaskCompletionSource<(Worker, string?)>(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Primary.OnMessage += (sender, message) => global.TrySetResult((sender, message.As<string>()));
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var inbox = new Inbox<string>(cluster, workers[0]);
        using var client = await Client.ConnectAsync(port);

        await workers[0].SendAsync("message from primary", TestContext.Current.CancellationToken);

        Assert.Equal("""{"code":"received message","echo":"message from primary"}""", await client.LineAsync());
        Assert.Equal("message from worker", await inbox.NextAsync());
        Assert.Equal((workers[0], "message from worker"), await cluster.WithinDeadline(global.Task, "the message on the cluster"));
    }

    [Theory(DisplayName = "worker-events: a message reaches every listener of the worker")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_message_reaches_every_listener(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "HearTwice");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        Assert.Equal("ready", await inbox.NextAsync());

        await worker.SendAsync("SOME MESSAGE", TestContext.Current.CancellationToken);

        await cluster.EventAsync("exit 1 2");
    }

    [Theory(DisplayName = "worker-init: a message sent as soon as the worker is online reaches it")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task An_early_message_arrives(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Echo");
        cluster.Primary.OnOnline += worker => _ = worker.SendAsync("foo").AsTask();
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal("foo", await inbox.NextAsync());
        await cluster.WithinDeadline(worker.DisconnectAsync(), "the end of the worker");
    }

    [Fact(DisplayName = "invalid-message: a Node worker ignores an answer to nothing, and so does the primary")]
    public async Task Answers_to_nothing_are_ignored()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.Node, "AnswerNothing");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal("still here", await inbox.NextAsync());
        await worker.SendAsync(new { cmd = "NODE_CLUSTER", ack = -1 }, TestContext.Current.CancellationToken);
        await cluster.WithinDeadline(worker.DisconnectAsync(), "the end of the worker");

        Assert.Equal(0, worker.ExitCode);
    }

    [Fact(DisplayName = "advanced-serialization: between C# programs a value may contain itself, when its JSON says how; if not, only that send fails")]
    public async Task A_value_may_contain_itself()
    {
        await using var cluster = TestCluster.OfBehaviour("EchoRing");
        var worker = cluster.Primary.Fork();
        var ring = new Ring();
        ring.Next = ring;
        var back = new TaskCompletionSource<Ring>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var _ = worker.OnMessage(Ring.TypeInfo, received =>
        {
            back.TrySetResult(received);
            return ValueTask.CompletedTask;
        });

        await Assert.ThrowsAsync<JsonException>(() => worker.SendAsync(ring, TestContext.Current.CancellationToken).AsTask());
        await worker.SendAsync(ring, Ring.TypeInfo, TestContext.Current.CancellationToken);

        var received = await cluster.WithinDeadline(back.Task, "the ring");
        Assert.Same(received, received.Next);
    }

    [Theory(DisplayName = "child-process-send-utf8: characters of several bytes survive being split over reads")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Characters_of_several_bytes_survive(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Echo");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        using var inbox = new Inbox<string>(cluster, worker);
        var text = "a" + string.Concat(Enumerable.Repeat("ß€𝄞", 100_000)) + "\n\0\u2028\"\\";

        await worker.SendAsync(text, TestContext.Current.CancellationToken);

        Assert.Equal(text, await inbox.NextAsync());
    }

    [Theory(DisplayName = "child-process-send-after-close: sending to a worker that has disconnected fails and says so")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Sending_after_the_end_fails(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "DisconnectSelf");
        var worker = cluster.Primary.Fork();
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        var sending = await Assert.ThrowsAsync<WorkerDisconnectedException>(() => worker.SendAsync("late").AsTask());
        await Assert.ThrowsAsync<WorkerDisconnectedException>(() => worker.InvokeAsync<string, string>("late"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<WorkerDisconnectedException>(() => worker.SendAsync("late", socket).AsTask());

        Assert.Contains("worker 1", sending.Message, StringComparison.Ordinal);
    }

    [Theory(DisplayName = "child-process-ipc: many messages arrive, each once and in order")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Many_messages_arrive_in_order(string kind)
    {
        const int count = 20_000;
        await using var cluster = TwinWorkers.Cluster(kind, "Count", $"{count}");
        using var inbox = new Inbox<int>(cluster, cluster.Primary.Fork());

        for (var i = 0; i < count; i++) Assert.Equal(i, await inbox.NextAsync());
    }

    [Fact(DisplayName = "child-process-send-type: a Node program may send every kind of value that JSON has")]
    public async Task Every_kind_of_value_arrives()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.Node, "TellEveryKind");
        using var inbox = new RawInbox(cluster, cluster.Primary.Fork());

        var told = new List<string>();
        for (var i = 0; i < 7; i++) told.Add((await inbox.NextAsync()).ToString());

        Assert.Equal(["\"text\"", "42", "1.5", "true", "null", "[1,\"a\"]", """{"name":"Ann","age":7}"""], told);
    }
}
