using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Messages;

public sealed class InvokeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_answers(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "AnswerRequests");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");

        var answers = await cluster.WithinDeadline(
            Task.WhenAll(Enumerable.Range(1, 50).Select(i => worker.InvokeAsync<Division, Quotient>(new Division(i * 7, 7), TestCluster.Deadline, Token))),
            "fifty answers");

        Assert.Equal(Enumerable.Range(1, 50), answers.Select(a => a.Value));
    }

    [Theory]
    [InlineData(TwinWorkers.CSharp, "DivideByZeroException")]
    [InlineData(TwinWorkers.Node, "division by zero")]
    public async Task A_failure_in_the_worker_is_told(string kind, string reason)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "AnswerRequests");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");

        var failure = await Assert.ThrowsAsync<RemoteInvocationException>(() => worker.InvokeAsync<Division, Quotient>(new Division(1, 0), TestCluster.Deadline, Token));

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(TwinWorkers.CSharp, "answer 4: 3", "answer 0: DivideByZeroException: Attempted to divide by zero.")]
    [InlineData(TwinWorkers.Node, "answer 1: 3", "answer 2: DivideByZeroException: Attempted to divide by zero.")]
    public async Task The_primary_answers(string kind, string good, string failed)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "AskForQuotient");
        var askers = new List<int>();
        using var _ = cluster.Primary.Answer<Division, Quotient>((worker, division, _) =>
        {
            lock (askers) askers.Add(worker.Id);
            return ValueTask.FromResult(division.Divide());
        });
        using var inbox = new Inbox<string>(cluster, cluster.Primary.Fork());

        string[] told = [await inbox.NextAsync(), await inbox.NextAsync()];

        Assert.Equal([good, failed], told.OrderBy(t => t.Length));
        lock (askers) Assert.Equal([1, 1], askers);
    }

    [Fact]
    public async Task A_request_that_nobody_answers_in_time_fails_and_names_itself()
    {
        await using var cluster = TestCluster.OfBehaviour("AnswerSomeNever");
        var worker = cluster.Primary.Fork();
        using var asked = new Inbox<string>(cluster, worker);

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => worker.InvokeAsync<Division, Quotient>(new Division(1, 1), TimeSpan.FromMilliseconds(200), Token));

        Assert.Contains(nameof(Division), failure.Message, StringComparison.Ordinal);
        Assert.Contains("worker 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal("asked", await asked.NextAsync());
        Assert.Equal("HERE", await worker.InvokeAsync<string, string>("here", TestCluster.Deadline, Token));
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_and_nothing_else()
    {
        await using var cluster = TestCluster.OfBehaviour("AnswerSomeNever");
        var worker = cluster.Primary.Fork();
        using var asked = new Inbox<string>(cluster, worker);
        using var cancellation = new CancellationTokenSource();
        var invoking = worker.InvokeAsync<Division, Quotient>(new Division(1, 1), TestCluster.Deadline, cancellation.Token);
        Assert.Equal("asked", await asked.NextAsync());

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.WithinDeadline(invoking, "the cancelled request"));
        Assert.Equal("HERE", await worker.InvokeAsync<string, string>("here", TestCluster.Deadline, Token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_fails_when_the_worker_ends_meanwhile(bool inOrder)
    {
        await using var cluster = TestCluster.OfBehaviour("AnswerSomeNever");
        var worker = cluster.Primary.Fork();
        using var asked = new Inbox<string>(cluster, worker);
        var invoking = worker.InvokeAsync<Division, Quotient>(new Division(1, 1), Timeout.InfiniteTimeSpan, Token);
        Assert.Equal("asked", await asked.NextAsync());

        if (inOrder) _ = worker.DisconnectAsync(Token);
        else worker.Kill(Signal.SIGKILL);

        var failure = await Assert.ThrowsAsync<WorkerDisconnectedException>(() => cluster.WithinDeadline(invoking, "the request to the dead"));
        Assert.Contains("worker 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_waits_for_the_primarys_answer_no_longer_than_it_says()
    {
        await using var cluster = TestCluster.OfBehaviour("AskPrimary", "200");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);

        await worker.SendAsync(new Division(1, 1), Token);

        var told = await inbox.NextAsync();
        Assert.StartsWith("TimeoutException: No answer to Division", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_waits_for_a_handler_that_comes_later()
    {
        await using var cluster = TestCluster.OfBehaviour("AskPrimary");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        await worker.SendAsync(new Division(12, 4), Token);

        // The question of a later message has been looked at after the first one was, and both wait.
        await worker.SendAsync(new Division(20, 4), Token);
        using var _ = worker.OnRequest<Division, Quotient>((division, _) => ValueTask.FromResult(division.Divide()));

        Assert.Equal(["3", "5"], new[] { await inbox.NextAsync(), await inbox.NextAsync() }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_newest_handler_answers_and_the_one_before_it_afterwards()
    {
        await using var cluster = TestCluster.OfBehaviour("AskPrimary");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        using var oldest = cluster.Primary.Answer<Division, Quotient>((_, _, _) => ValueTask.FromResult(new Quotient(1)));
        using var older = worker.OnRequest<Division, Quotient>((_, _) => ValueTask.FromResult(new Quotient(2)));
        var newest = worker.OnRequest<Division, Quotient>((_, _) => ValueTask.FromResult(new Quotient(3)));

        await worker.SendAsync(new Division(0, 1), Token);
        Assert.Equal("3", await inbox.NextAsync());
        newest.Dispose();
        await worker.SendAsync(new Division(0, 1), Token);
        Assert.Equal("2", await inbox.NextAsync());
        older.Dispose();
        await worker.SendAsync(new Division(0, 1), Token);
        Assert.Equal("1", await inbox.NextAsync());
    }
}
