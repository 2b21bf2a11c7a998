using System.Diagnostics;

namespace Drover.FunctionalTests.Faults;

public sealed class StoppedWorkerTests
{
    // A second until a worker counts as stalled, a quarter until somebody looks, and room for a busy machine.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task A_stopped_worker_keeps_no_connection_that_another_could_serve()
    {
        const int clients = 40;
        await using var cluster = TestCluster.OfBehaviour("Converse");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        workers[0].Kill(Signal.SIGSTOP);
        await cluster.UntilAsync(() => Processes.IsStopped(workers[0].ProcessId), "the worker stopped");
        var stopped = Stopwatch.GetTimestamp();

        var longest = TimeSpan.Zero;
        var open = await Task.WhenAll(Enumerable.Range(0, clients).Select(async i =>
        {
            var client = await FaultClient.ConnectAsync(port);
            var asked = Stopwatch.GetTimestamp();
            Assert.Equal($"2 first {i}", await client.AskAsync($"first {i}"));
            lock (cluster) longest = longest > Stopwatch.GetElapsedTime(asked) ? longest : Stopwatch.GetElapsedTime(asked);
            return client;
        }));

        Assert.True(longest < LongestWait, $"a connection waited {longest.TotalSeconds:0.00} s\n{cluster.Describe()}");

        // Known to be stalled by now: later connections do not wait at all.
        for (var i = 0; i < 10; i++)
        {
            using var late = await FaultClient.ConnectAsync(port);
            var asked = Stopwatch.GetTimestamp();
            Assert.Equal("2 late", await late.AskAsync("late"));
            Assert.True(Stopwatch.GetElapsedTime(asked) < TimeSpan.FromSeconds(1), "a connection was given to a worker that is known to be stalled");
        }

        var remaining = TimeSpan.FromSeconds(10) - Stopwatch.GetElapsedTime(stopped);
        if (remaining > TimeSpan.Zero) await Task.Delay(remaining, TestContext.Current.CancellationToken);
        workers[0].Kill(Signal.SIGCONT);

        // It gets its share again.
        await FaultClient.UntilAnsweredByAsync(cluster, port, "1");

        // What was taken from it is not touched by it: every connection lives, and answers once.
        for (var i = 0; i < clients; i++)
        {
            Assert.Equal($"2 second {i}", await open[i].AskAsync($"second {i}"));
            open[i].Dispose();
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"longest wait {longest.TotalSeconds:0.00} s");
        Assert.DoesNotContain(cluster.LogLines, l => l.Contains("fault of Drover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_only_worker_serves_what_waited_for_it_when_it_goes_on()
    {
        await using var cluster = TestCluster.OfBehaviour("Converse");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        workers[0].Kill(Signal.SIGSTOP);

        // More than the worker is given ahead of time: the rest stays in the primary's queue.
        var clients = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => FaultClient.ConnectAsync(port)));
        var answers = clients.Select((c, i) => c.AskAsync($"{i}")).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(answers, a => a.IsCompleted);

        workers[0].Kill(Signal.SIGCONT);
        var all = await cluster.WithinDeadline(Task.WhenAll(answers), "the answers of a worker that goes on");

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"1 {i}"), all);
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_stopped_Node_worker_holds_few_connections_and_serves_them_when_it_goes_on()
    {
        // What is in a Node worker's socket cannot be taken back without knowing who reads first, so only its small window waits.
        const int window = 4;
        await using var cluster = TestCluster.OfScript("converse.js");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        workers[0].Kill(Signal.SIGSTOP);

        var clients = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => FaultClient.ConnectAsync(port)));
        var answers = clients.Select((c, i) => c.AskAsync($"{i}")).ToArray();
        await cluster.UntilAsync(() => answers.Count(a => a.IsCompleted) >= 40 - window, "the answers of the other worker");
        Assert.All(answers.Where(a => a.IsCompleted), a => Assert.StartsWith("2 ", a.Result));

        workers[0].Kill(Signal.SIGCONT);
        await cluster.WithinDeadline(Task.WhenAll(answers), "the answers of the worker that goes on");
        Assert.Equal(window, answers.Count(a => a.Result!.StartsWith("1 ", StringComparison.Ordinal)));
        foreach (var client in clients) client.Dispose();
    }

    [Fact]
    public async Task A_stopped_worker_that_is_killed_gives_everything_back()
    {
        await using var cluster = TestCluster.OfBehaviour("Converse");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        workers[0].Kill(Signal.SIGSTOP);
        var clients = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => FaultClient.ConnectAsync(port)));
        var answers = clients.Select((c, i) => c.AskAsync($"{i}")).ToArray();

        workers[0].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 1 SIGKILL");
        await cluster.ForkListeningAsync(1);

        var all = await cluster.WithinDeadline(Task.WhenAll(answers), "the answers of the next worker");
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"2 {i}"), all);
        foreach (var client in clients) client.Dispose();
    }
}
