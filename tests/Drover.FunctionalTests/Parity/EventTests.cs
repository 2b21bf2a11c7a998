using System.Collections.Concurrent;

namespace Drover.FunctionalTests.Parity;

public sealed class EventTests
{
    [Theory(DisplayName = "basic: every event comes once and in order, with its worker, and the states go with them")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Every_event_comes_once_and_in_order(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        var seen = new ConcurrentDictionary<string, (Worker Worker, WorkerState State)>();
        var address = new TaskCompletionSource<ListeningAddress>(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.Primary.OnFork += worker => seen["fork"] = (worker, worker.State);
        cluster.Primary.OnOnline += worker => seen["online"] = (worker, worker.State);
        cluster.Primary.OnListening += (worker, at) =>
        {
            seen["listening"] = (worker, worker.State);
            address.SetResult(at);
            worker.Kill();
        };
        cluster.Primary.OnExit += (worker, _, _) => seen["exit"] = (worker, worker.State);

        var worker = cluster.Primary.Fork();
        var events = new WorkerEvents(worker);
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.Equal(1, worker.Id);
        var port = (await address.Task).Port;
        Assert.InRange(port, 1, 65535);
        Assert.Equal("127.0.0.1", (await address.Task).Address);
        Assert.Equal("4", (await address.Task).AddressType);
        Assert.Equal(["fork 1", "online 1", $"listening 1 {port}"], cluster.Events.Take(3));
        Assert.Equal(["disconnect 1", "exit 1 SIGTERM"], cluster.Events.Skip(3).Order(StringComparer.Ordinal));
        Assert.Equal(["online", "listening", "disconnect", "exit SIGTERM"], events.UpToTheEnd);
        Assert.All(seen.Values, s => Assert.Same(worker, s.Worker));
        Assert.InRange(seen["online"].State, WorkerState.Online, WorkerState.Listening);
        Assert.Equal(WorkerState.Listening, seen["listening"].State);
        Assert.Equal(WorkerState.Exited, seen["exit"].State);
    }

    [Theory(DisplayName = "basic: what makes the process a worker is gone from its environment")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_does_not_make_workers_of_its_children(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "TellEnvironment", "NODE_UNIQUE_ID", "NODE_CHANNEL_FD", "PATH");
        using var inbox = new Inbox<string?[]>(cluster, cluster.Primary.Fork());

        var told = await inbox.NextAsync();

        Assert.Equal(new[] { null, null, Environment.GetEnvironmentVariable("PATH") }, told);
    }

    [Theory(DisplayName = "worker-death: the exit code is delivered by the worker and by the cluster")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_exit_code_is_delivered(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "ExitWith", "42");
        var worker = cluster.Primary.Fork();
        var events = new WorkerEvents(worker);

        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.Contains("exit 1 42", cluster.Events);
        Assert.Contains("exit 42", events.All);
        Assert.Equal((42, null), (worker.ExitCode, worker.ExitSignal));
    }

    [Theory(DisplayName = "worker-exit: a worker that ends by itself: each event once, the code, the flag false")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_that_ends_by_itself_was_not_asked_to(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "ListenThenExit", "42");
        var worker = cluster.Primary.Fork();
        var events = new WorkerEvents(worker);
        bool? flag = null;
        worker.Disconnect += () => flag = worker.ExitedAfterDisconnect;

        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        // A Node program that ends in its own listening handler has not told the primary of it yet.
        Assert.Equal(["online", "disconnect", "exit 42"], events.UpToTheEnd.Where(e => e != "listening"));
        Assert.Equal(["disconnect 1", "exit 1 42"], cluster.Events.TakeLast(2).Order(StringComparer.Ordinal));
        Assert.False(flag);
        Assert.False(worker.ExitedAfterDisconnect);
        AssertGone(cluster, worker);
    }

    [Theory(DisplayName = "worker-kill: a worker killed from outside: each event once, the signal, the flag false")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_killed_from_outside_was_not_asked_to_end(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        var (workers, _) = await cluster.ForkListeningAsync(1);
        var events = new WorkerEvents(workers[0]);

        Processes.Kill(workers[0].ProcessId);
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.Equal(["disconnect", "exit SIGKILL"], events.UpToTheEnd);
        Assert.Equal(["disconnect 1", "exit 1 SIGKILL"], cluster.Events.TakeLast(2).Order(StringComparer.Ordinal));
        Assert.Equal((null, Signal.SIGKILL), (workers[0].ExitCode, workers[0].ExitSignal));
        Assert.False(workers[0].ExitedAfterDisconnect);
        AssertGone(cluster, workers[0]);
    }

    [Theory(DisplayName = "worker-kill-signal: Kill sends the signal that is asked for, and the flag stays false")]
    [InlineData(TwinWorkers.CSharp, Signal.SIGKILL)]
    [InlineData(TwinWorkers.Node, Signal.SIGKILL)]
    [InlineData(TwinWorkers.CSharp, Signal.SIGTERM)]
    [InlineData(TwinWorkers.Node, Signal.SIGTERM)]
    public async Task Kill_sends_the_signal(string kind, Signal signal)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        var (workers, _) = await cluster.ForkListeningAsync(1);
        bool? flag = null;
        workers[0].Disconnect += () => flag = workers[0].ExitedAfterDisconnect;

        workers[0].Kill(signal);
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.Contains($"exit 1 {signal}", cluster.Events);
        Assert.Equal((null, signal), (workers[0].ExitCode, workers[0].ExitSignal));
        Assert.False(flag);
        AssertGone(cluster, workers[0]);
    }

    [Theory(DisplayName = "kill-infinite-loop: a worker that spins can be killed")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_that_spins_can_be_killed(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Spin");
        cluster.Primary.OnOnline += worker => worker.Kill();

        cluster.Primary.Fork();

        await cluster.EventAsync("exit 1 SIGTERM");
    }

    [Theory(DisplayName = "worker-isdead: a worker is dead when it has ended, and not before")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_is_dead_when_it_has_ended(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "TellDead");
        var worker = cluster.Primary.Fork();
        var atFirst = worker.IsDead;
        var inTheEvent = false;
        worker.Exit += (_, _) => inTheEvent = worker.IsDead;
        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal("dead false", await inbox.NextAsync());
        worker.Kill();
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");

        Assert.False(atFirst);
        Assert.True(inTheEvent);
        Assert.True(worker.IsDead);
    }

    [Theory(DisplayName = "worker-isconnected: both sides know whether they are connected, up to the disconnect event")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Both_sides_know_whether_they_are_connected(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "TellConnected");
        var worker = cluster.Primary.Fork();
        var atFirst = worker.IsConnected;
        var inTheEvent = true;
        worker.Disconnect += () => inTheEvent = worker.IsConnected;
        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal("connected true", await inbox.NextAsync());
        await cluster.WithinDeadline(worker.DisconnectAsync(), "the end of the worker");
        await cluster.EventAsync("exit 1 0");

        Assert.True(atFirst);
        Assert.False(inTheEvent);
    }

    private static void AssertGone(TestCluster cluster, Worker worker)
    {
        Assert.Equal(WorkerState.Exited, worker.State);
        Assert.False(Processes.IsAlive(worker.ProcessId));
        Assert.Empty(cluster.Primary.Workers);
    }
}
