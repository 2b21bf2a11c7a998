namespace Drover.FunctionalTests.Reload;

public sealed class BrokenVersionTests
{
    [Fact]
    public async Task A_version_that_ends_at_its_start_is_told_with_code_and_last_words_and_the_old_workers_stay()
    {
        using var program = new VersionedProgram();
        program.Install($"echo 'this is fine' >&2; exec '{TestPrograms.TestWorker}' SayId");
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        program.Install("for i in $(seq 1 30); do echo \"line $i\" >&2; done; printf 'no configuration' >&2; exit 3");

        var result = await cluster.ReloadAsync();

        AssertOldStay(cluster, result, ReloadFailureReason.Ended);
        Assert.Equal((3, null), (result.Failure!.ExitCode, result.Failure.Signal));
        Assert.Equal([.. Enumerable.Range(12, 19).Select(i => $"line {i}"), "no configuration"], result.Failure.LastLines);
        Assert.Contains("it ended with code 3 before it listened", result.Failure.Message);
        await cluster.LogAsync("Reload stopped, 0 of 2 workers replaced, the others stay: new worker 3");
    }

    [Fact]
    public async Task A_version_that_a_signal_ends_is_told_with_the_signal()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        program.Install("kill -SEGV $$");

        var result = await cluster.ReloadAsync();

        AssertOldStay(cluster, result, ReloadFailureReason.Ended);
        Assert.Equal((null, Signal.SIGSEGV), (result.Failure!.ExitCode, result.Failure.Signal));
    }

    [Fact]
    public async Task A_version_that_never_listens_is_ended()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        program.Install("echo 'sleeping' >&2; exec sleep 600");

        var result = await cluster.ReloadAsync(new ReloadOptions { ReadyTimeout = TimeSpan.FromSeconds(1) });

        AssertOldStay(cluster, result, ReloadFailureReason.NotListening);
        Assert.Equal(["sleeping"], result.Failure!.LastLines);
        Assert.Null(result.Failure.Signal);
        Assert.False(Processes.IsAlive(result.Failure.Worker!.ProcessId));
    }

    [Fact]
    public async Task A_version_whose_probe_fails_is_ended()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);

        var result = await cluster.ReloadAsync(new ReloadOptions
        {
            ReadyTimeout = TimeSpan.FromSeconds(2),
            ReadinessProbe = (_, _) => throw new InvalidOperationException("the database is empty"),
        });

        AssertOldStay(cluster, result, ReloadFailureReason.ProbeFailed);
        Assert.Contains("the database is empty", result.Failure!.Message);
    }

    [Fact]
    public async Task A_probe_that_never_answers_counts_as_failed()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);

        var result = await cluster.ReloadAsync(new ReloadOptions
        {
            ReadyTimeout = TimeSpan.FromSeconds(2),
            ReadinessProbe = (_, _) => new TaskCompletionSource<bool>().Task,
        });

        AssertOldStay(cluster, result, ReloadFailureReason.ProbeFailed);
        Assert.Contains("it gave no answer", result.Failure!.Message);
    }

    [Fact]
    public async Task A_version_that_ends_soon_after_it_listened_does_not_settle()
    {
        using var program = new VersionedProgram("Listen");
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        program.InstallBehaviour("ListenThenExit 7");

        var result = await cluster.ReloadAsync(new ReloadOptions { SettleTime = TimeSpan.FromSeconds(20) });

        AssertOldStay(cluster, result, ReloadFailureReason.Ended);
        Assert.Equal(7, result.Failure!.ExitCode);
    }

    [Fact]
    public async Task A_version_that_is_not_there_is_told()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        File.Delete(program.Path);

        var result = await cluster.ReloadAsync();

        AssertOldStay(cluster, result, ReloadFailureReason.NotStarted);
        Assert.Null(result.Failure!.Worker);
    }

    [Fact]
    public async Task The_workers_of_a_batch_that_are_not_in_place_end_with_the_one_that_failed()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(3);

        // The second of the batch is broken, and the first and the third wait for each other for ever.
        program.Install($"test $NODE_UNIQUE_ID = 5 && exit 9; exec '{TestPrograms.TestWorker}' SayId");
        var result = await cluster.ReloadAsync(new ReloadOptions { MaxSurge = 3, ReadinessProbe = (_, _) => new TaskCompletionSource<bool>().Task });

        Assert.Equal((ReloadFailureReason.Ended, 9), (result.Failure!.Reason, result.Failure.ExitCode));
        Assert.Equal([1, 2, 3], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task An_old_worker_that_was_ended_first_comes_back_when_the_new_one_fails()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        cluster.Primary.SetupPrimary(settings => settings.Program = "/bin/false");

        var result = await cluster.ReloadAsync(new ReloadOptions { MaxSurge = 0, MaxUnavailable = 1 });

        Assert.Equal((ReloadFailureReason.Ended, 1), (result.Failure!.Reason, result.Failure.ExitCode));
        await cluster.UntilAsync(
            () => cluster.Primary.Workers.Values.Count(w => w.State == WorkerState.Listening) == 2, "two workers of the old version");
        Assert.Equal([2, 4], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task After_a_broken_version_a_good_one_can_be_reloaded()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster();
        await cluster.ForkListeningAsync(2);
        program.Install("exit 3");
        Assert.False((await cluster.ReloadAsync()).IsComplete);
        program.InstallBehaviour("SayId");

        var result = await cluster.ReloadAsync();

        Assert.Equal(2, result.Replaced);
        Assert.Equal([4, 5], cluster.Primary.Workers.Keys);
    }

    private static void AssertOldStay(TestCluster cluster, ReloadResult result, ReloadFailureReason reason)
    {
        Assert.False(result.IsComplete);
        Assert.True(reason == result.Failure!.Reason, $"{result}\n{cluster.Describe()}");
        Assert.Equal(0, result.Replaced);
        Assert.Equal([1, 2], cluster.Primary.Workers.Keys);
        Assert.All(cluster.Primary.Workers.Values, w => Assert.Equal(WorkerState.Listening, w.State));
    }
}
