using System.Globalization;

namespace Drover.FunctionalTests.Parity;

/// <summary>What becomes of the workers when their primary is gone, however it went.</summary>
public sealed class PrimaryEndTests
{
    [Theory(DisplayName = "primary-error: an exception that ends the primary ends all workers")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Workers_end_when_the_primary_fails(string kind)
    {
        await using var primary = Start("PrimaryThatFails", kind, "Listen");
        await primary.LineAsync("all listen");

        Assert.NotEqual(0, await primary.ExitAsync());

        await GoneAsync(primary, count: 2);
        Assert.Contains(primary.Lines, line => line.Contains("accidental error", StringComparison.Ordinal));
    }

    [Theory(DisplayName = "uncaught-exception: the primary's own handler decides how it ends, and its workers end with it")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_primarys_own_handler_decides(string kind)
    {
        await using var primary = Start("PrimaryThatFailsInOrder", kind, "Listen");

        Assert.Equal(42, await primary.ExitAsync());

        await GoneAsync(primary, count: 2);
    }

    [Theory(DisplayName = "primary-kill, worker-forced-exit: a worker whose primary has ended ends by itself, with 0")]
    [InlineData(TwinWorkers.CSharp, "PrimaryThatReturns")]
    [InlineData(TwinWorkers.CSharp, "PrimaryThatStays")]
    [InlineData(TwinWorkers.Node, "PrimaryThatReturns")]
    [InlineData(TwinWorkers.Node, "PrimaryThatStays")]
    public async Task A_worker_without_a_primary_ends(string kind, string primaryBehaviour)
    {
        await using var primary = Start(primaryBehaviour, kind, "TellEnd");
        await primary.LineAsync("all listen");

        if (primaryBehaviour == "PrimaryThatStays") Processes.Kill(primary.ProcessId);

        await GoneAsync(primary, count: 1);
        await primary.LineAsync("worker ends with 0");
        await primary.ExitAsync();
    }

    private static RunningProgram Start(string behaviour, string kind, string workers) =>
        RunningProgram.StartTestWorker(behaviour, TwinWorkers.Program(kind), workers);

    private static async Task GoneAsync(RunningProgram primary, int count)
    {
        const string mark = "worker pid ";
        int[] Pids() => [.. primary.Lines.Where(l => l.StartsWith(mark, StringComparison.Ordinal)).Select(l => int.Parse(l[mark.Length..], CultureInfo.InvariantCulture))];
        await using var cluster = new TestCluster();
        await cluster.UntilAsync(() => Pids().Length == count && !Pids().Any(Processes.IsAlive), "the end of the workers\n" + primary.Describe());
    }
}
