namespace Drover.FunctionalTests.Parity;

public sealed class DisconnectTests
{
    [Theory(DisplayName = "disconnect: eight workers with two servers each are used and disconnected, twice")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_cluster_can_be_disconnected_and_forked_again(string kind)
    {
        const int count = 8;
        await using var cluster = TwinWorkers.Cluster(kind, "Listen", "2");
        var ports = new System.Collections.Concurrent.ConcurrentQueue<int>();
        cluster.Primary.OnListening += (_, address) => ports.Enqueue(address.Port);
        for (var round = 0; round < 2; round++)
        {
            ports.Clear();
            for (var i = 0; i < count; i++) cluster.Primary.Fork();
            await cluster.UntilAsync(() => ports.Count == 2 * count, $"{2 * count} listening events");
            var different = ports.Distinct().ToArray();
            Assert.Equal(2, different.Length);
            foreach (var port in different) Assert.Equal("echo", await cluster.ReadAllAsync(port));

            await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of all workers");

            Assert.Empty(cluster.Primary.Workers);
            Assert.Equal(count * (round + 1), cluster.Events.Count(e => e.StartsWith("exit ", StringComparison.Ordinal) && e.EndsWith(" 0", StringComparison.Ordinal)));
            foreach (var port in different) await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => Client.ConnectAsync(port));
        }
    }

    [Fact(DisplayName = "disconnect-with-no-workers: disconnecting nothing completes, and never before the call has returned")]
    public async Task Disconnecting_nothing_completes_later()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.CSharp, "Idle");
        var context = new HeldContext();
        var before = SynchronizationContext.Current;
        Task disconnecting;
        try
        {
            SynchronizationContext.SetSynchronizationContext(context);
            disconnecting = cluster.Primary.DisconnectAsync(TestContext.Current.CancellationToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Assert.False(disconnecting.IsCompleted);
        context.RunAll();
        await cluster.WithinDeadline(disconnecting, "the end of nothing");
    }

    [Theory(DisplayName = "disconnect-idle-worker: workers that are not yet online can be disconnected")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Workers_that_are_not_yet_online_can_be_disconnected(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Idle");
        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];

        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of the workers");

        Assert.Empty(cluster.Primary.Workers);
        Assert.All(workers, w => Assert.Equal((0, true), (w.ExitCode, w.ExitedAfterDisconnect)));
    }

    [Theory(DisplayName = "disconnect-before-exit: disconnecting all passes over a worker that is disconnected and still there")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Disconnecting_all_passes_over_those_that_are_disconnected(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Idle");
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var worker = cluster.Primary.Fork();
        worker.Online += () => _ = worker.DisconnectAsync();
        worker.Disconnect += () => _ = cluster.Primary.DisconnectAsync().ContinueWith(_ => all.SetResult(), TaskScheduler.Default);

        await cluster.WithinDeadline(all.Task, "the end of all workers");

        await cluster.EventAsync("exit 1 0");
        Assert.Single(cluster.Events, "disconnect 1");
    }

    [Theory(DisplayName = "disconnect-exitedAfterDisconnect-race: a worker that leaves by itself closes its channel only after the primary knows why")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_primary_knows_before_the_channel_closes(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "DisconnectSelf");
        var flags = new System.Collections.Concurrent.ConcurrentQueue<bool?>();
        cluster.Primary.OnDisconnect += worker => flags.Enqueue(worker.ExitedAfterDisconnect);

        for (var i = 0; i < 3; i++) cluster.Primary.Fork();
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the workers");

        Assert.Equal([true, true, true], flags);
        for (var i = 1; i <= 3; i++) Assert.Contains($"exit {i} 0", cluster.Events);
    }

    [Theory(DisplayName = "kill-disconnect: a worker that disconnects or kills itself has exited after disconnect")]
    [InlineData(TwinWorkers.CSharp, "DisconnectSelf")]
    [InlineData(TwinWorkers.CSharp, "KillSelf")]
    [InlineData(TwinWorkers.Node, "DisconnectSelf")]
    [InlineData(TwinWorkers.Node, "KillSelf")]
    public async Task Both_ways_to_leave_set_the_flag(string kind, string behaviour)
    {
        await using var cluster = TwinWorkers.Cluster(kind, behaviour);
        var worker = cluster.Primary.Fork();
        var flags = new System.Collections.Concurrent.ConcurrentQueue<bool?>();
        worker.Disconnect += () => flags.Enqueue(worker.ExitedAfterDisconnect);
        worker.Exit += (_, _) => flags.Enqueue(worker.ExitedAfterDisconnect);

        await cluster.EventAsync("exit 1 0");
        await cluster.EventAsync("disconnect 1");

        Assert.Equal([true, true], flags);
    }

    [Theory(DisplayName = "call-and-destroy: a worker that has disconnected can be killed without harm")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_disconnected_worker_can_be_killed(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "DisconnectSelf");
        var worker = cluster.Primary.Fork();
        var killed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Disconnect += () =>
        {
            try
            {
                worker.Kill();
                killed.SetResult(worker.IsConnected);
            }
            catch (Exception exception)
            {
                killed.SetException(exception);
            }
        };

        Assert.False(await cluster.WithinDeadline(killed.Task, "the disconnect event"));
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");
        worker.Kill();
    }

    [Theory(DisplayName = "concurrent-disconnect: many workers leave at once while messages are still sent to them, and all end with 0")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Many_workers_leave_at_once(string kind)
    {
        const int count = 6;
        await using var cluster = TwinWorkers.Cluster(kind, "Obey");
        var workers = Enumerable.Range(0, count).Select(_ => cluster.Primary.Fork()).ToArray();
        foreach (var worker in workers) worker.Disconnect += () => _ = TellAsync(workers, _ => "disconnect");
        for (var id = 1; id <= count; id++) await cluster.EventAsync($"online {id}");

        await TellAsync(workers, worker => worker.Id % 2 == 0 ? "disconnect" : "kill");
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the workers");

        Assert.All(workers, w => Assert.Equal((0, true), (w.ExitCode, w.ExitedAfterDisconnect)));
    }

    [Theory(DisplayName = "disconnect-leak: the disconnect event comes for a worker that was about to listen")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_about_to_listen_can_be_disconnected(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        cluster.Primary.SchedulingPolicy = SchedulingPolicies.Shared;
        var events = new WorkerEvents(cluster.Primary.Fork());

        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of the worker");

        Assert.Single(events.All, "disconnect");
        Assert.Single(events.All, "exit 0");
        Assert.Single(cluster.Events, "exit 1 0");
    }

    [Theory(DisplayName = "disconnect-race: two workers are disconnected, one that listens and one that is about to")]
    [InlineData(TwinWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(TwinWorkers.Node, SchedulingPolicies.Shared)]
    [InlineData(TwinWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(TwinWorkers.Node, SchedulingPolicies.RoundRobin)]
    public async Task Two_workers_are_disconnected_in_a_race(string kind, string policy)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        cluster.Primary.SchedulingPolicy = policy;
        var (workers, _) = await cluster.ForkListeningAsync(1);

        var second = cluster.Primary.Fork();
        second.Online += () => _ = second.DisconnectAsync();
        _ = workers[0].DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of both workers");

        Assert.Contains("exit 1 0", cluster.Events);
        Assert.Contains("exit 2 0", cluster.Events);
    }

    [Theory(DisplayName = "disconnect-unshared-tcp, disconnect-unshared-udp: a worker that has no share in the others' port is disconnected first")]
    [InlineData(TwinWorkers.CSharp, "Listen")]
    [InlineData(TwinWorkers.CSharp, "Bind")]
    [InlineData(TwinWorkers.Node, "Listen")]
    [InlineData(TwinWorkers.Node, "Bind")]
    public async Task A_worker_without_servers_is_disconnected_first(string kind, string behaviour)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Idle");
        cluster.Primary.SchedulingPolicy = SchedulingPolicies.Shared;
        var unbound = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        await cluster.ForkListeningAsync(1, settings => TwinWorkers.Program(settings, kind, behaviour));
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        unbound.Disconnect += () => _ = cluster.Primary.DisconnectAsync().ContinueWith(_ => all.SetResult(), TaskScheduler.Default);

        _ = unbound.DisconnectAsync(TestContext.Current.CancellationToken);
        await cluster.WithinDeadline(all.Task, "the end of all workers");

        await cluster.EventAsync("exit 1 0");
        await cluster.EventAsync("exit 2 0");
    }

    private static Task TellAsync(IEnumerable<Worker> workers, Func<Worker, string> what) =>
        Task.WhenAll(workers.Where(w => w.IsConnected).Select(async worker =>
        {
            try
            {
                await worker.SendAsync(what(worker));
            }
            catch (WorkerDisconnectedException)
            {
                // It left between the question and the sending: what this test is about.
            }
        }));

    /// <summary>Keeps what is posted until the test lets it run.</summary>
    private sealed class HeldContext : SynchronizationContext
    {
        private readonly Queue<(SendOrPostCallback Call, object? State)> _posted = new();

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

        internal void RunAll()
        {
            while (_posted.TryDequeue(out var posted)) posted.Call(posted.State);
        }
    }
}
