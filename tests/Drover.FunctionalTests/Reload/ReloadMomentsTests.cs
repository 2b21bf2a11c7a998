namespace Drover.FunctionalTests.Reload;

/// <summary>What else may happen while a reload is running.</summary>
public sealed class ReloadMomentsTests
{
    [Fact]
    public async Task A_second_reload_is_refused_and_told_how_far_the_first_is()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(2);
        var (options, asked, answer) = ReloadCalls.Held();
        var first = cluster.Primary.ReloadAsync(options);
        await cluster.WithinDeadline(asked, "the first reload's probe");

        var refused = await Assert.ThrowsAsync<ClusterException>(() => cluster.Primary.ReloadAsync());
        answer.SetResult(true);

        Assert.Equal(ClusterError.ReloadRunning, refused.Error);
        Assert.Contains("0 of 2 workers have been replaced", refused.Message);
        Assert.Equal(2, (await cluster.WithinDeadline(first, "the first reload")).Replaced);
        Assert.Equal(2, (await cluster.ReloadAsync()).Replaced);
    }

    [Fact]
    public async Task A_reload_that_is_cancelled_keeps_the_old_workers()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(2);
        var (options, asked, _) = ReloadCalls.Held();
        using var cancel = new CancellationTokenSource();
        var reload = cluster.Primary.ReloadAsync(options, cancel.Token);
        await cluster.WithinDeadline(asked, "the probe");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cluster.WithinDeadline(reload, "the end of the reload"));
        Assert.Equal([1, 2], cluster.Primary.Workers.Keys);
        Assert.True((await cluster.ReloadAsync()).IsComplete);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reload_ends_with_the_cluster(bool dispose)
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        cluster.Primary.SetupPrimary(settings => settings.Restart = new RestartPolicy());
        await cluster.ForkListeningAsync(2);
        var (options, asked, _) = ReloadCalls.Held();
        var reload = cluster.Primary.ReloadAsync(options);
        var successor = await cluster.WithinDeadline(asked, "the probe");

        await cluster.WithinDeadline(dispose ? cluster.Primary.DisposeAsync().AsTask() : cluster.Primary.DisconnectAsync(), "the end of the cluster");

        var result = await cluster.WithinDeadline(reload, "the end of the reload");
        Assert.Equal(ReloadFailureReason.Interrupted, result.Failure!.Reason);
        Assert.True(successor.IsDead);
        Assert.Empty(cluster.Primary.Workers);
        Assert.Equal(3, cluster.Events.Count(e => e.StartsWith("fork ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_old_worker_that_dies_while_its_successor_starts_is_not_restarted_beside_it()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        cluster.Primary.SetupPrimary(settings => settings.Restart = new RestartPolicy());
        await cluster.ForkListeningAsync(1);
        var (options, asked, answer) = ReloadCalls.Held();
        var reload = cluster.Primary.ReloadAsync(options);
        await cluster.WithinDeadline(asked, "the probe");
        cluster.Primary.Workers[1].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 1 SIGKILL");

        answer.SetResult(true);

        Assert.True((await cluster.WithinDeadline(reload, "the reload")).IsComplete);
        Assert.Equal([2], cluster.Primary.Workers.Keys);
        Assert.Equal(2, cluster.Events.Count(e => e.StartsWith("fork ", StringComparison.Ordinal)));

        // And the new one is the instance that is kept alive.
        cluster.Primary.Workers[2].Kill(Signal.SIGKILL);
        await cluster.UntilAsync(() => cluster.Primary.Workers.ContainsKey(3), "a worker in its place");
    }

    [Fact]
    public async Task An_old_worker_that_died_is_restarted_when_its_successor_fails()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        cluster.Primary.SetupPrimary(settings => settings.Restart = new RestartPolicy());
        await cluster.ForkListeningAsync(1);
        var (options, asked, _) = ReloadCalls.Held();
        var reload = cluster.Primary.ReloadAsync(options);
        var successor = await cluster.WithinDeadline(asked, "the probe");
        cluster.Primary.Workers[1].Kill(Signal.SIGKILL);
        await cluster.EventAsync("exit 1 SIGKILL");

        successor.Kill(Signal.SIGKILL);

        var result = await cluster.WithinDeadline(reload, "the reload");
        Assert.Equal((ReloadFailureReason.Ended, Signal.SIGKILL), (result.Failure!.Reason, result.Failure.Signal));
        await cluster.UntilAsync(() => cluster.Primary.Workers.ContainsKey(3), "a worker in the place of the old one");
    }

    [Fact]
    public async Task WaitForExit_waits_for_a_reload_that_will_start_somebody()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        await cluster.ForkListeningAsync(1);
        var reload = cluster.Primary.ReloadAsync(new ReloadOptions { MaxSurge = 0, MaxUnavailable = 1 });
        await cluster.EventAsync("exit 1 0");

        var exited = cluster.Primary.WaitForExitAsync();

        Assert.True((await cluster.WithinDeadline(reload, "the reload")).IsComplete);
        Assert.False(exited.IsCompleted);
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end");
        await cluster.WithinDeadline(exited, "the exit");
    }
}
