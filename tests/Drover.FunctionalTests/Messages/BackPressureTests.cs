namespace Drover.FunctionalTests.Messages;

public sealed class BackPressureTests
{
    // Far more than a socket's buffers and the channel's own mark together, so a sender that never waits is found out.
    private const int MostSends = 1000;

    private static readonly string Text = new('x', 64 * 1024);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sending_waits_for_a_stopped_worker_and_goes_on_with_it()
    {
        await using var cluster = TestCluster.OfBehaviour("CountTexts");
        var worker = await StopAsync(cluster);
        using var inbox = new Inbox<int>(cluster, worker);

        var (sent, waiting) = await FillAsync(worker, Token);
        Assert.False(waiting.IsCompleted);
        worker.Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(waiting, "the send that waited");

        await worker.SendAsync("end", Token);
        Assert.Equal(sent, await inbox.NextAsync());
    }

    [Fact]
    public async Task A_send_that_waits_can_be_cancelled_and_its_message_goes_all_the_same()
    {
        await using var cluster = TestCluster.OfBehaviour("CountTexts");
        var worker = await StopAsync(cluster);
        using var inbox = new Inbox<int>(cluster, worker);
        using var cancellation = new CancellationTokenSource();

        var (sent, waiting) = await FillAsync(worker, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.WithinDeadline(waiting, "the cancelled send"));

        worker.Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(worker.SendAsync("end", Token).AsTask(), "the last send");
        Assert.Equal(sent, await inbox.NextAsync());
    }

    [Fact]
    public async Task A_send_that_waits_ends_with_the_worker()
    {
        await using var cluster = TestCluster.OfBehaviour("CountTexts");
        var worker = await StopAsync(cluster);

        var (_, waiting) = await FillAsync(worker, Token);
        worker.Kill(Signal.SIGKILL);

        await cluster.WithinDeadline(waiting, "the send to the dead");
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");
        await Assert.ThrowsAsync<WorkerDisconnectedException>(() => worker.SendAsync("late", Token).AsTask());
    }

    [Fact]
    public async Task A_stopped_worker_does_not_hold_up_the_others()
    {
        await using var cluster = TestCluster.OfBehaviour("AnswerSomeNever");
        var stopped = await StopAsync(cluster);
        var other = cluster.Primary.Fork();

        var (_, waiting) = await FillAsync(stopped, Token);
        for (var i = 0; i < 100; i++) Assert.Equal("HERE", await other.InvokeAsync<string, string>("here", TestCluster.Deadline, Token));

        Assert.False(waiting.IsCompleted);
        stopped.Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(waiting, "the send that waited");
    }

    [Fact]
    public async Task A_worker_that_floods_the_primary_waits_for_its_handler()
    {
        await using var cluster = TestCluster.OfBehaviour("Flood", "512");
        cluster.Primary.SetupPrimary(settings => settings.Stdio = WorkerStdio.Pipe);
        var worker = cluster.Primary.Fork();
        using var output = new StreamReader(worker.Streams!.Output);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        using var _ = worker.OnMessage<string>(async (string _) =>
        {
            await release.Task;
            Interlocked.Increment(ref count);
        });

        Assert.Equal("waits", await cluster.WithinDeadline(output.ReadLineAsync(Token).AsTask(), "the worker waiting"));
        Assert.Equal(0, count);
        release.SetResult();

        Assert.Equal("went on", await cluster.WithinDeadline(output.ReadLineAsync(Token).AsTask(), "the worker going on"));
        await cluster.UntilAsync(() => Volatile.Read(ref count) == 512, "all messages");
    }

    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Small_messages_to_others_flow_beside_a_message_of_8_MB(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Echo");
        var (large, small) = (cluster.Primary.Fork(), cluster.Primary.Fork());
        await cluster.EventAsync("online 1");
        await cluster.EventAsync("online 2");
        using var fromLarge = new Inbox<string>(cluster, large);
        using var fromSmall = new Inbox<int>(cluster, small);
        var text = string.Concat(Enumerable.Repeat("0123456789abcdef", 512 * 1024));
        large.Kill(Signal.SIGSTOP);
        await cluster.UntilAsync(() => Processes.IsStopped(large.ProcessId), "the worker stopped");

        var sending = large.SendAsync(text, Token).AsTask();
        for (var i = 0; i < 500; i++)
        {
            await small.SendAsync(i, Token);
            Assert.Equal(i, await fromSmall.NextAsync());
        }

        // Only part of it fits into the socket, so it was under way all the time.
        Assert.False(sending.IsCompleted);
        large.Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(sending, "the large message");
        Assert.Equal(text, await fromLarge.NextAsync());
    }

    private static async Task<Worker> StopAsync(TestCluster cluster)
    {
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        worker.Kill(Signal.SIGSTOP);
        await cluster.UntilAsync(() => Processes.IsStopped(worker.ProcessId), "the worker stopped");
        return worker;
    }

    /// <summary>Sends until a send has to wait; how many were sent, that one included.</summary>
    private static async Task<(int Sent, Task Waiting)> FillAsync(Worker worker, CancellationToken cancellationToken)
    {
        for (var sent = 1; sent <= MostSends; sent++)
        {
            var sending = worker.SendAsync(Text, cancellationToken).AsTask();
            if (!sending.IsCompleted) return (sent, sending);
            await sending;
        }

        Assert.Fail($"{MostSends} messages of {Text.Length} bytes were taken for a worker that reads nothing.");
        return default;
    }
}
