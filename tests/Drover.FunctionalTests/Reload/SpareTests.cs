namespace Drover.FunctionalTests.Reload;

public sealed class SpareTests
{
    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_spare_worker_is_ready_and_serves_nobody_until_one_that_serves_dies(string kind)
    {
        using var program = new VersionedProgram();
        var isNode = kind == TwinWorkers.Node;
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = isNode ? TestPrograms.Node("http-id.js") : program.Path;
            settings.Arguments = [];
            settings.Restart = new RestartPolicy();
            settings.Spares = 1;
        });
        var port = await ForkAsync(cluster, 2);
        Assert.Equal([false, false, true], cluster.Primary.Workers.Values.Select(w => w.IsSpare));
        Assert.Equal(["1", "2"], await AnswersAsync(cluster, port, isNode));

        cluster.Primary.Workers[1].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 1 SIGKILL");

        // Whatever the next spare one is doing: it is in place when the end of the other is known.
        Assert.False(cluster.Primary.Workers[3].IsSpare);
        Assert.Equal(["2", "3"], await AnswersAsync(cluster, port, isNode));
        await cluster.UntilAsync(() => cluster.Primary.Workers.TryGetValue(4, out var w) && w is { IsSpare: true, State: WorkerState.Listening }, "a new spare worker");
        await cluster.LogAsync("Spare worker ");
    }

    [Fact]
    public async Task The_spare_worker_is_in_place_although_no_new_one_can_be_started()
    {
        using var program = new VersionedProgram();
        await using var cluster = Cluster(program);
        var port = await ForkAsync(cluster, 1);
        program.Install("exec sleep 600");

        cluster.Primary.Workers[1].Kill(Signal.SIGKILL);

        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());
        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());
        await cluster.UntilAsync(() => cluster.Primary.Workers.ContainsKey(3), "a worker that never becomes ready");
        Assert.NotEqual(WorkerState.Listening, cluster.Primary.Workers[3].State);
    }

    [Fact]
    public async Task A_spare_worker_that_took_a_place_is_replaced_like_any_other()
    {
        using var program = new VersionedProgram();
        await using var cluster = Cluster(program);
        await ForkAsync(cluster, 1);
        for (var dead = 1; dead <= 4; dead++)
        {
            await cluster.UntilAsync(() => cluster.Primary.Workers.TryGetValue(dead + 1, out var w) && w is { IsSpare: true, State: WorkerState.Listening }, $"spare worker {dead + 1}");
            cluster.Primary.Workers[dead].Kill(Signal.SIGKILL);
            await cluster.EventAsync($"exit {dead} SIGKILL");
            Assert.False(cluster.Primary.Workers[dead + 1].IsSpare);
        }
    }

    [Fact]
    public async Task A_spare_worker_that_dies_is_replaced_by_another_spare_one()
    {
        using var program = new VersionedProgram();
        await using var cluster = Cluster(program);
        await ForkAsync(cluster, 1);

        cluster.Primary.Workers[2].Kill(Signal.SIGKILL);

        await cluster.UntilAsync(() => cluster.Primary.Workers.TryGetValue(3, out var w) && w is { IsSpare: true, State: WorkerState.Listening }, "a new spare worker");
        Assert.False(cluster.Primary.Workers[1].IsSpare);
        await cluster.LogAsync("Warning: Spare worker");
    }

    [Fact]
    public async Task Reload_replaces_spare_workers_and_scaling_does_not_count_them()
    {
        using var program = new VersionedProgram();
        await using var cluster = Cluster(program);
        await ForkAsync(cluster, 1);

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(2), "two workers");
        Assert.Equal([(1, false), (2, true), (3, false)], Kinds(cluster));
        var result = await cluster.ReloadAsync();

        Assert.Equal(3, result.Replaced);
        Assert.Equal([(4, false), (5, true), (6, false)], Kinds(cluster));
        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(1), "one worker");
        Assert.Equal([(4, false), (5, true)], Kinds(cluster));

        // The new spare one is one.
        cluster.Primary.Workers[4].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 4 SIGKILL");
        Assert.False(cluster.Primary.Workers[5].IsSpare);
    }

    [Fact]
    public async Task A_spare_worker_that_comes_into_use_while_it_is_replaced_hands_that_on()
    {
        using var program = new VersionedProgram();
        await using var cluster = Cluster(program);
        var port = await ForkAsync(cluster, 1);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reload = cluster.Primary.ReloadAsync(new ReloadOptions
        {
            ReadinessProbe = (worker, _) =>
            {
                // The first is for the worker that serves, the second for the spare one.
                if (worker.Id == 3) return Task.FromResult(true);
                asked.TrySetResult();
                return answer.Task;
            },
        });
        await cluster.WithinDeadline(asked.Task, "the probe of the new spare worker");
        await cluster.EventAsync("exit 1 0");
        cluster.Primary.Workers[3].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 3 SIGKILL");
        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());

        answer.SetResult(true);
        Assert.True((await cluster.WithinDeadline(reload, "the reload")).IsComplete);

        Assert.Equal("4", (await cluster.ReadAllAsync(port)).Trim());
        await cluster.UntilAsync(() => Kinds(cluster).ToArray() is [(4, false), ( > 4, true)], "one worker and one spare one of the new generation");
    }

    [Fact]
    public async Task Spare_workers_end_when_nobody_is_left_to_be_replaced()
    {
        using var program = new VersionedProgram("SayId");
        await using var cluster = Cluster(program);
        await ForkAsync(cluster, 1);
        var exited = cluster.Primary.WaitForExitAsync();

        await cluster.WithinDeadline(cluster.Primary.Workers[1].DisconnectAsync(), "the end of the worker");

        await cluster.WithinDeadline(exited, "the end of the spare worker");
    }

    [Fact]
    public async Task Settings_that_leave_spare_workers_nothing_to_do_are_refused()
    {
        await AssertRefusedAsync("every worker that listens accepts", settings => settings.SchedulingPolicy = "shared");
        await AssertRefusedAsync("needs ClusterSettings.Restart", settings => settings.Restart = null);
        await AssertRefusedAsync("must not be negative", settings => settings.Spares = -1);
    }

    private static async Task AssertRefusedAsync(string reason, Action<ClusterSettings> configure)
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings =>
        {
            settings.Spares = 1;
            configure(settings);
        });

        var exception = Assert.Throws<ClusterException>(() => cluster.Primary.Fork());
        Assert.Equal(ClusterError.InvalidSetting, exception.Error);
        Assert.Contains(reason, exception.Message);
    }

    private static TestCluster Cluster(VersionedProgram program) => program.Cluster(settings => settings.Spares = 1);

    /// <summary>Forks so many, waits until they and one spare worker listen, and returns the port.</summary>
    private static async Task<int> ForkAsync(TestCluster cluster, int workers)
    {
        for (var id = 1; id <= workers; id++) cluster.Primary.Fork();
        await cluster.UntilAsync(
            () => cluster.Primary.Workers.Count == workers + 1 && cluster.Primary.Workers.Values.All(w => w.State == WorkerState.Listening),
            $"{workers} workers and a spare one");
        await cluster.UntilAsync(() => cluster.Events.Any(e => e.StartsWith("listening 1 ", StringComparison.Ordinal)), "the port");
        return int.Parse(cluster.Events.First(e => e.StartsWith("listening 1 ", StringComparison.Ordinal)).Split(' ')[2]);
    }

    private static (int Id, bool IsSpare)[] Kinds(TestCluster cluster) => [.. cluster.Primary.Workers.Values.Select(w => (w.Id, w.IsSpare))];

    private static async Task<IEnumerable<string>> AnswersAsync(TestCluster cluster, int port, bool isHttp)
    {
        using var http = Web.NewConnections(port);
        var answers = new SortedSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 6; i++) answers.Add(isHttp ? await http.GetStringAsync("", TestContext.Current.CancellationToken) : (await cluster.ReadAllAsync(port)).Trim());
        return answers;
    }
}
