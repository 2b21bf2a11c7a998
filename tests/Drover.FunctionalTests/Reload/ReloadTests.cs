namespace Drover.FunctionalTests.Reload;

public sealed class ReloadTests
{
    [Theory]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Reload_replaces_every_worker_by_one_that_listens(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Listen");
        var (old, _) = await cluster.ForkListeningAsync(3);

        var result = await cluster.ReloadAsync();

        Assert.True(result.IsComplete, result.ToString());
        Assert.Equal(3, result.Replaced);
        Assert.Equal([4, 5, 6], cluster.Primary.Workers.Keys);
        Assert.All(cluster.Primary.Workers.Values, w => Assert.Equal(WorkerState.Listening, w.State));
        Assert.All(old, w => Assert.Equal((true, 0), (w.ExitedAfterDisconnect, w.ExitCode)));
        await cluster.LogAsync("Reload done: 3 workers replaced");
    }

    [Fact]
    public async Task A_worker_that_never_listened_is_replaced_by_one_that_is_online()
    {
        await using var cluster = TestCluster.OfBehaviour("Idle");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");

        var result = await cluster.ReloadAsync();

        Assert.Equal(1, result.Replaced);
        Assert.True(worker.IsDead);
        Assert.Equal(WorkerState.Online, cluster.Primary.Workers[2].State);
    }

    [Fact]
    public async Task New_workers_start_from_the_settings_of_now_and_what_their_own_fork_changed()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(1);
        await cluster.ForkListeningAsync(1, settings => settings.Environment["OWN"] = "second");
        cluster.Primary.SetupPrimary(settings => settings.Environment["EVERYBODY"] = "new");

        await cluster.ReloadAsync();

        var environments = cluster.Primary.Workers.Values.Select(w => File.ReadAllText($"/proc/{w.ProcessId}/environ").Split('\0')).ToArray();
        Assert.All(environments, e => Assert.Contains("EVERYBODY=new", e));
        Assert.DoesNotContain("OWN=second", environments[0]);
        Assert.Contains("OWN=second", environments[1]);
    }

    [Fact]
    public async Task MaxSurge_starts_so_many_at_a_time_and_no_more()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(4);

        await cluster.ReloadAsync(new ReloadOptions { MaxSurge = 2 });

        Assert.Equal((4, 6), LeastAndMost(cluster, 4));
    }

    [Fact]
    public async Task MaxUnavailable_ends_so_many_first_and_no_more()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(4);

        var (options, asked, answer) = ReloadCalls.Held();
        (options.MaxSurge, options.MaxUnavailable) = (0, 2);

        var reload = cluster.Primary.ReloadAsync(options);
        await cluster.WithinDeadline(asked, "the probe");
        await cluster.UntilAsync(() => cluster.Primary.Workers.Keys.SequenceEqual([3, 4, 5, 6]), "two new workers in the place of two old ones");
        answer.SetResult(true);

        Assert.Equal(4, (await cluster.WithinDeadline(reload, "the reload")).Replaced);
        var (least, most) = LeastAndMost(cluster, 4);
        Assert.True(least >= 2 && most == 4, $"{least} to {most} workers\n{cluster.Describe()}");
    }

    [Fact]
    public async Task Both_together_do_both()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(4);

        var result = await cluster.ReloadAsync(new ReloadOptions { MaxSurge = 1, MaxUnavailable = 1 });

        Assert.Equal(4, result.Replaced);
        Assert.Equal([5, 6, 7, 8], cluster.Primary.Workers.Keys);
        var (least, most) = LeastAndMost(cluster, 4);
        Assert.True(least >= 3 && most <= 5, $"{least} to {most} workers\n{cluster.Describe()}");
    }

    [Fact]
    public async Task A_worker_that_its_probe_keeps_waiting_gets_no_connection_before_it_is_ready()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        var (_, port) = await cluster.ForkListeningAsync(1);
        var (options, asked, answer) = ReloadCalls.Held();

        var reload = cluster.Primary.ReloadAsync(options);
        Assert.Equal(2, (await cluster.WithinDeadline(asked, "the probe")).Id);
        for (var i = 0; i < 10; i++) Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
        answer.SetResult(true);

        Assert.True((await cluster.WithinDeadline(reload, "the reload")).IsComplete);
        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Fact]
    public async Task A_probe_that_fails_at_first_is_asked_again()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(1);
        var asked = 0;

        var result = await cluster.ReloadAsync(new ReloadOptions
        {
            ReadinessProbe = (_, _) => Interlocked.Increment(ref asked) switch
            {
                1 => Task.FromResult(false),
                2 => throw new InvalidOperationException("not yet"),
                _ => Task.FromResult(true),
            },
        });

        Assert.True(result.IsComplete, result.ToString());
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Nobody_is_replaced_where_nobody_is()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");

        var result = await cluster.ReloadAsync();

        Assert.Equal((true, 0), (result.IsComplete, result.Replaced));
    }

    [Fact]
    public async Task Options_that_make_no_sense_are_refused()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");

        var exception = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => cluster.Primary.ReloadAsync(new ReloadOptions { MaxSurge = 0 }));

        Assert.Contains("nothing could be replaced", exception.Message);
    }

    // Counted from the events: a worker is there from its fork to its exit.
    private static (int Least, int Most) LeastAndMost(TestCluster cluster, int atFirst)
    {
        var (count, least, most) = (atFirst, atFirst, atFirst);
        foreach (var text in cluster.Events.SkipWhile(e => e != $"listening {atFirst} {Port(cluster, atFirst)}").Skip(1))
        {
            if (text.StartsWith("fork ", StringComparison.Ordinal)) count++;
            if (text.StartsWith("exit ", StringComparison.Ordinal)) count--;
            (least, most) = (Math.Min(least, count), Math.Max(most, count));
        }

        return (least, most);
    }

    private static string Port(TestCluster cluster, int worker) =>
        cluster.Events.First(e => e.StartsWith($"listening {worker} ", StringComparison.Ordinal)).Split(' ')[2];
}
