using System.Text;

namespace Drover.FunctionalTests.Reload;

public sealed class StandardErrorTests
{
    private const int Lines = 20_000;

    [Fact]
    public async Task The_streams_of_a_new_worker_give_all_that_it_wrote()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings => settings.Stdio = WorkerStdio.Pipe);
        await cluster.ForkListeningAsync(1);
        program.Install($"seq 1 {Lines} >&2; exec '{TestPrograms.TestWorker}' SayId");
        Task<string>? written = null;
        cluster.Primary.OnFork += worker => written = new StreamReader(worker.Streams!.Error).ReadToEndAsync(TestContext.Current.CancellationToken);

        var result = await cluster.ReloadAsync();
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end");

        Assert.True(result.IsComplete, result.ToString());
        Assert.Equal(Numbers(), await cluster.WithinDeadline(written!, "the end of the stream"));
    }

    [Fact]
    public async Task Nobody_who_reads_them_holds_up_that_worker_alone()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings => settings.Stdio = WorkerStdio.Pipe);
        var (_, port) = await cluster.ForkListeningAsync(1);
        program.Install($"seq 1 1000000 >&2; exec '{TestPrograms.TestWorker}' SayId");

        var reload = cluster.Primary.ReloadAsync(new ReloadOptions { ReadyTimeout = TimeSpan.FromSeconds(2) });
        while (!reload.IsCompleted) Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());

        Assert.Equal(ReloadFailureReason.NotListening, (await reload).Failure!.Reason);
    }

    [Fact]
    public async Task What_a_new_worker_writes_is_on_the_primary_s_own_standard_error()
    {
        using var program = new VersionedProgram();
        await using var primary = PrimaryProcess.Run($"workers=1 program={program.Path}", "");
        await primary.ListeningAsync(1);
        program.Install($"seq 1 {Lines} >&2; exec '{TestPrograms.TestWorker}' SayId");

        primary.Kill(Signal.SIGHUP);
        await primary.LineAsync("Reload done");
        primary.Kill(Signal.SIGTERM);

        Assert.Equal(0, await primary.ExitAsync());
        Assert.Equal(Numbers().Trim().Split('\n'), primary.Lines.Where(l => int.TryParse(l, out _)));
    }

    private static string Numbers() => Enumerable.Range(1, Lines).Aggregate(new StringBuilder(), (text, i) => text.Append(i).Append('\n')).ToString();
}
