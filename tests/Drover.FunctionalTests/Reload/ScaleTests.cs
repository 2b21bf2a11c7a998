namespace Drover.FunctionalTests.Reload;

public sealed class ScaleTests
{
    [Fact]
    public async Task Scaling_up_completes_when_all_listen_and_scaling_down_lets_the_youngest_go()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        var (_, port) = await cluster.ForkListeningAsync(2);

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(5), "five workers");
        Assert.Equal([1, 2, 3, 4, 5], cluster.Primary.Workers.Keys);
        Assert.All(cluster.Primary.Workers.Values, w => Assert.Equal(WorkerState.Listening, w.State));
        var answers = new HashSet<string>();
        for (var i = 0; i < 10; i++) answers.Add((await cluster.ReadAllAsync(port)).Trim());
        Assert.Equal(5, answers.Count);

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(1), "one worker");
        Assert.Equal([1], cluster.Primary.Workers.Keys);
        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Fact]
    public async Task Scaling_from_nothing_forks()
    {
        await using var cluster = TestCluster.OfBehaviour("Idle");

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(2), "two workers");

        Assert.All(cluster.Primary.Workers.Values, w => Assert.Equal(WorkerState.Online, w.State));
        Assert.Equal(2, cluster.Primary.Workers.Count);
    }

    [Fact]
    public async Task Workers_that_were_added_are_restarted_and_those_that_were_let_go_are_not()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        cluster.Primary.SetupPrimary(settings => settings.Restart = new RestartPolicy());
        await cluster.ForkListeningAsync(1);
        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(3), "three workers");
        cluster.Primary.Workers[3].Kill(Signal.SIGKILL);
        await cluster.UntilAsync(() => cluster.Primary.Workers.TryGetValue(4, out var w) && w.State == WorkerState.Listening, "a worker in the place of the third");

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(2), "two workers");

        Assert.Equal([1, 2], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task A_restart_that_waits_counts_and_is_the_first_to_be_done_without()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        cluster.Primary.SetupPrimary(settings => settings.Restart = new RestartPolicy { InitialDelay = TimeSpan.FromMinutes(5), MaxDelay = TimeSpan.FromMinutes(5) });
        await cluster.ForkListeningAsync(2);
        cluster.Primary.Workers[2].Kill(Signal.SIGKILL);
        await cluster.UntilAsync(() => cluster.Primary.Workers.ContainsKey(3), "the first restart, which is immediate");
        cluster.Primary.Workers[3].Kill(Signal.SIGKILL);
        await cluster.LogAsync("a new one is started in");

        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(3), "three workers, one of them waiting");
        Assert.Equal([1, 4], cluster.Primary.Workers.Keys);
        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(2), "two workers");
        Assert.Equal([1, 4], cluster.Primary.Workers.Keys);
        await cluster.WithinDeadline(cluster.Primary.ScaleAsync(3), "three workers");
        Assert.Equal([1, 4, 5], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task A_new_worker_that_fails_is_told()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings => settings.Restart = null);
        await cluster.ForkListeningAsync(1);
        program.Install("exit 3");

        var exception = await Assert.ThrowsAsync<ClusterException>(() => cluster.Primary.ScaleAsync(2));

        Assert.Contains("it ended with code 3 before it listened", exception.Message);
    }

    [Fact]
    public async Task Scaling_waits_for_a_reload()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(1);
        var (options, asked, answer) = ReloadCalls.Held();
        var reload = cluster.Primary.ReloadAsync(options);
        await cluster.WithinDeadline(asked, "the probe");

        var scaling = cluster.Primary.ScaleAsync(2);
        Assert.Equal([1, 2], cluster.Primary.Workers.Keys);
        answer.SetResult(true);

        Assert.True((await cluster.WithinDeadline(reload, "the reload")).IsComplete);
        await cluster.WithinDeadline(scaling, "two workers");
        Assert.Equal([2, 3], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task Scaling_ends_with_the_cluster()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(1);
        program.Install("exec sleep 600");
        var scaling = cluster.Primary.ScaleAsync(3);
        await cluster.EventAsync("fork 3");

        cluster.Primary.Workers[2].Kill(Signal.SIGSTOP);
        var end = cluster.Primary.DisconnectAsync();
        await Assert.ThrowsAsync<ClusterException>(() => cluster.WithinDeadline(scaling, "the end of the scaling"));
        foreach (var worker in cluster.Primary.Workers.Values) worker.Kill(Signal.SIGKILL);

        await cluster.WithinDeadline(end, "the end");
        Assert.Empty(cluster.Primary.Workers);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public async Task Numbers_out_of_range_are_refused(int workers)
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.Primary.ScaleAsync(workers));
    }

    [Fact]
    public async Task Load_scales_up_and_its_end_scales_down()
    {
        await using var cluster = Web.Cluster(Web.Kestrel);
        cluster.Primary.SetupPrimary(settings => settings.AutoScale = new AutoScalePolicy
        {
            MinWorkers = 1,
            MaxWorkers = 3,
            TargetRequests = 2,
            TargetCpu = null,
            ScaleUpAfter = TimeSpan.Zero,
            ScaleDownAfter = TimeSpan.Zero,
            CoolDown = TimeSpan.Zero,
        });
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TestCluster.Deadline };

        var held = Enumerable.Range(0, 6).Select(_ => http.GetStringAsync("hold", TestContext.Current.CancellationToken)).ToArray();
        await cluster.UntilAsync(() => cluster.Primary.Workers.Values.Count(w => w.State == WorkerState.Listening) == 3, "three workers");
        await cluster.Primary.Workers[1].FinishAsync();
        await cluster.WithinDeadline(Task.WhenAll(held), "the answers");

        await cluster.UntilAsync(() => cluster.Primary.Workers.Keys.SequenceEqual([1]), "one worker");
        await cluster.LogAsync(" requests in flight and ");
    }

    [Fact]
    public async Task CPU_that_is_used_scales_up()
    {
        await using var cluster = TestCluster.OfBehaviour("Spin");
        cluster.Primary.SetupPrimary(settings => settings.AutoScale = new AutoScalePolicy
        {
            MaxWorkers = 2,
            TargetCpu = 0.05,
            ScaleUpAfter = TimeSpan.Zero,
            CoolDown = TimeSpan.Zero,
        });
        cluster.Primary.Fork();

        await cluster.UntilAsync(() => cluster.Primary.Workers.Count == 2, "two workers");
    }
}
