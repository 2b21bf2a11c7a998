namespace Drover.FunctionalTests.Faults;

public sealed class CrashLoopTests
{
    [Fact]
    public async Task A_worker_that_crashes_at_once_is_given_up_with_the_reason_and_RunAsync_returns_1()
    {
        using var program = new SampleProgram("Drover.TestWorker", "CrashLoop");

        Assert.Equal(1, await program.ExitCodeAsync());
        Assert.Equal(5, program.Lines.Count(l => l == "a worker has started"));
        Assert.Single(program.Lines, l => l.Contains("is given up: 4 restarts within 60 s; last exit: code 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_drain_that_takes_too_long_is_cut_and_logged()
    {
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["Deaf"];
            settings.DrainTimeout = TimeSpan.FromMilliseconds(200);
        });
        cluster.Primary.Fork();
        await cluster.EventAsync("online 1");

        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end of a worker that does not end");

        Assert.Contains("exit 1 SIGKILL", cluster.Events);
        Assert.Contains(cluster.LogLines, l => l.Contains("had not finished its requests 0.2 s after it was asked to disconnect", StringComparison.Ordinal));
    }
}
