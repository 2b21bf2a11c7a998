namespace Drover.FunctionalTests.Reload;

public sealed class SighupTests
{
    [Fact]
    public async Task SIGHUP_reloads_and_one_that_comes_meanwhile_reloads_once_more()
    {
        await using var primary = PrimaryProcess.Run("workers=2", "SayId");
        await primary.ListeningAsync(2);

        primary.Kill(Signal.SIGHUP);
        await primary.LineAsync(l => l.StartsWith("fork 3 ", StringComparison.Ordinal), "successor");
        primary.Kill(Signal.SIGHUP);
        primary.Kill(Signal.SIGHUP);

        await primary.LineAsync(_ => primary.Lines.Count(l => l.Contains("Reload done: 2 workers replaced", StringComparison.Ordinal)) == 2, "second reload");
        await primary.LineAsync("SIGHUP: a reload is running; one more follows it");
        primary.Kill(Signal.SIGTERM);
        Assert.Equal(0, await primary.ExitAsync());
        Assert.Equal(6, primary.WorkerProcessIds.Count);
    }

    [Fact]
    public async Task SIGTERM_ends_everything_in_the_middle_of_a_reload()
    {
        await using var primary = PrimaryProcess.Run("workers=2", "SayId");
        await primary.ListeningAsync(2);

        primary.Kill(Signal.SIGHUP);
        await primary.LineAsync(l => l.StartsWith("fork 3 ", StringComparison.Ordinal), "successor");
        primary.Kill(Signal.SIGTERM);

        Assert.Equal(0, await primary.ExitAsync());
        await primary.GoneAsync(primary.WorkerProcessIds, TestCluster.Deadline);
    }

    [Fact]
    public async Task A_broken_version_is_logged_with_its_reason_and_its_own_words()
    {
        using var program = new VersionedProgram();
        await using var primary = PrimaryProcess.Run($"workers=2 program={program.Path}", "");
        var port = await primary.ListeningAsync(2);
        program.Install("echo 'no configuration' >&2; exit 3");

        primary.Kill(Signal.SIGHUP);

        await primary.LineAsync("no configuration");
        await primary.LineAsync("error: Reload stopped, 0 of 2 workers replaced, the others stay: new worker 3");
        Assert.Matches("^[12]$", await Client.ReadAllAsync(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, port)));
    }
}
