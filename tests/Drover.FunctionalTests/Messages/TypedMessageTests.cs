using System.Collections.Concurrent;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Messages;

public sealed class TypedMessageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_type_goes_to_its_own_handlers()
    {
        await using var cluster = TestCluster.OfBehaviour("Tally");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<TallySoFar>(cluster, worker);

        await worker.SendAsync(new UserCreated("Ann"), Token);
        await worker.SendAsync(new PriceChanged("book", 9.50m), Token);
        await worker.SendAsync("a text", Token);
        await worker.SendAsync(new UserCreated("Bob"), Token);
        await worker.SendAsync(new TellTally(), Token);
        var tally = await inbox.NextAsync();

        Assert.Equal(["Ann", "Bob"], tally.Users);
        Assert.Equal([9.50m], tally.Prices);
        Assert.Equal(["a text"], tally.Texts);
    }

    [Fact]
    public async Task The_cluster_hears_the_messages_of_all_workers_with_their_sender()
    {
        await using var cluster = TestCluster.OfBehaviour("Echo");
        var heard = new ConcurrentQueue<(int, string)>();
        using var _ = cluster.Primary.Receive<string>((worker, text) => heard.Enqueue((worker.Id, text)));

        foreach (var worker in (Worker[])[cluster.Primary.Fork(), cluster.Primary.Fork()]) await worker.SendAsync($"for {worker.Id}", Token);
        await cluster.UntilAsync(() => heard.Count == 2, "two messages");

        Assert.Equal([(1, "for 1"), (2, "for 2")], heard.Order());
    }

    [Fact]
    public async Task Plain_JSON_of_a_Node_program_goes_to_the_handlers_that_it_fits()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.Node, "TellEveryKind");
        var worker = cluster.Primary.Fork();
        using var texts = new Inbox<string>(cluster, worker);
        using var users = new Inbox<UserCreated>(cluster, worker);
        using var flags = new Inbox<bool>(cluster, worker);
        using var all = new RawInbox(cluster, worker);

        for (var i = 0; i < 7; i++) await all.NextAsync();

        Assert.Equal("text", await texts.NextAsync());
        Assert.True(await flags.NextAsync());

        // null fits every class.
        Assert.Null(await users.NextAsync());
        Assert.Equal("Ann", (await users.NextAsync()).Name);
    }

    [Fact]
    public async Task A_Node_program_gets_plain_JSON_and_sends_it_back()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.Node, "Echo");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        using var inbox = new RawInbox(cluster, worker);

        await worker.SendAsync(new PriceChanged("book", 9.50m), Token);
        var message = await inbox.NextAsync();

        Assert.Equal("""{"article":"book","price":9.50}""".Replace("9.50", "9.5", StringComparison.Ordinal), message.ToString());
        Assert.Null(message.TypeName);
        Assert.Equal(new PriceChanged("book", 9.5m), message.As<PriceChanged>());
    }

    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Messages_that_come_before_anybody_subscribes_are_kept(string kind)
    {
        const int count = 100;
        await using var cluster = TwinWorkers.Cluster(kind, "Count", $"{count}");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");

        // The answer comes after the numbers.
        Assert.Equal("all sent", await worker.InvokeAsync<string, string>("all sent?", TestCluster.Deadline, Token));
        using var inbox = new Inbox<int>(cluster, worker);

        for (var i = 0; i < count; i++) Assert.Equal(i, await inbox.NextAsync());
    }

    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Messages_of_a_worker_that_has_ended_are_kept(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "TellDirectory");
        var worker = cluster.Primary.Fork();
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal(Environment.CurrentDirectory, await inbox.NextAsync());
    }

    [Fact]
    public async Task What_is_sent_before_the_worker_is_online_keeps_its_type_and_its_order()
    {
        await using var cluster = TestCluster.OfBehaviour("Tally");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<TallySoFar>(cluster, worker);
        worker.Kill(Signal.SIGSTOP);
        var sending = new List<Task>();
        for (var i = 0; i < 100; i++)
        {
            sending.Add(worker.SendAsync(new UserCreated($"user {i}"), Token).AsTask());
            sending.Add(worker.SendAsync($"text {i}", Token).AsTask());
        }

        worker.Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(Task.WhenAll(sending), "the messages");
        await worker.SendAsync(new TellTally(), Token);
        var tally = await inbox.NextAsync();

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"user {i}"), tally.Users);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"text {i}"), tally.Texts);
    }

    [Fact]
    public async Task A_worker_that_subscribes_late_gets_all_in_order()
    {
        const int count = 100;
        await using var cluster = TestCluster.OfBehaviour("SubscribeLate", $"{count}");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<int[]>(cluster, worker);

        for (var i = 0; i < count / 2; i++) await worker.SendAsync(i, Token);
        await worker.SendAsync("subscribe now", Token);
        for (var i = count / 2; i < count; i++) await worker.SendAsync(i, Token);

        Assert.Equal(Enumerable.Range(0, count), await inbox.NextAsync());
    }

    [Fact]
    public async Task A_broadcast_reaches_every_worker_C_sharp_and_Node()
    {
        await using var cluster = TestCluster.OfBehaviour("Echo");
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork(), cluster.Fork(TwinWorkers.Node, "Echo")];
        var heard = new ConcurrentQueue<(int, string)>();
        using var _ = cluster.Primary.Receive<string>((worker, text) => heard.Enqueue((worker.Id, text)));
        foreach (var worker in workers) await cluster.EventAsync($"online {worker.Id}");
        var dying = cluster.Primary.Fork();
        dying.Kill(Signal.SIGKILL);

        await cluster.WithinDeadline(cluster.Primary.BroadcastAsync("to all", Token), "the broadcast");
        await cluster.UntilAsync(() => heard.Count >= 3, "three answers");

        Assert.Equal([(1, "to all"), (2, "to all"), (3, "to all")], heard.Order());
    }

    [Fact]
    public async Task A_handler_that_fails_or_has_gone_gets_no_say_in_the_next_message()
    {
        await using var cluster = TestCluster.OfBehaviour("Echo");
        var worker = cluster.Primary.Fork();
        var gone = new ConcurrentQueue<string>();
        var failing = worker.OnMessage<string>((string _) => throw new InvalidOperationException("thrown by a handler"));
        worker.OnMessage<string>(text => gone.Enqueue(text)).Dispose();
        using var inbox = new Inbox<string>(cluster, worker);

        await worker.SendAsync("one", Token);
        Assert.Equal("one", await inbox.NextAsync());
        failing.Dispose();
        await worker.SendAsync("two", Token);
        Assert.Equal("two", await inbox.NextAsync());

        Assert.Empty(gone);
        Assert.Single(cluster.LogLines, line => line.Contains("thrown by a handler", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Source_generated_metadata_serves_every_overload()
    {
        await using var cluster = TestCluster.OfBehaviour("SourceGenerated");
        var worker = cluster.Primary.Fork();
        var back = new TaskCompletionSource<UserCreated>(TaskCreationOptions.RunContinuationsAsynchronously);
        var forCluster = new TaskCompletionSource<(Worker, UserCreated)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var a = worker.OnMessage(MessageJson.Default.UserCreated, user =>
        {
            back.TrySetResult(user);
            return ValueTask.CompletedTask;
        });
        using var b = cluster.Primary.Receive(MessageJson.Default.UserCreated, (sender, user) =>
        {
            forCluster.TrySetResult((sender, user));
            return ValueTask.CompletedTask;
        });

        await cluster.Primary.BroadcastAsync(new UserCreated("Ann"), MessageJson.Default.UserCreated, Token);
        var quotient = await worker.InvokeAsync(new Division(12, 4), MessageJson.Default.Division, MessageJson.Default.Quotient, TestCluster.Deadline, Token);

        Assert.Equal(new Quotient(3), quotient);
        Assert.Equal(new UserCreated("Ann!"), await cluster.WithinDeadline(back.Task, "the answer"));
        Assert.Equal((worker, new UserCreated("Ann!")), await cluster.WithinDeadline(forCluster.Task, "the answer on the cluster"));
    }
}
