namespace Drover.TestWorker;

/// <summary>A primary that forks one worker after the other and says what it has before and after.</summary>
[Behaviours]
internal static class ForkCyclesBehaviour
{
    private const int WarmUp = 10;

    /// <summary>ForkCycles PROGRAM COUNT. A program that listens is disconnected when it does; any other ends by itself.</summary>
    public static async Task<int> ForkCycles(string[] args)
    {
        var program = args[0];
        var count = int.Parse(args[1]);
        await using var cluster = new ClusterPrimary(new ClusterSettings
        {
            Program = program,
            Arguments = program.EndsWith("TestWorker", StringComparison.Ordinal) ? ["SayId"] : [],
        });
        cluster.OnListening += async (worker, _) => await worker.DisconnectAsync();

        for (var i = 0; i < Math.Min(WarmUp, count); i++) await OneAsync(cluster);

        // The first report loads what reporting itself needs; the second one is the measure.
        Belongings.Report("warm");
        Belongings.Report("before");
        for (var i = 0; i < count; i++) await OneAsync(cluster);
        Belongings.Report("after");
        return 0;
    }

    private static async Task OneAsync(ClusterPrimary cluster)
    {
        cluster.Fork();
        await cluster.WaitForExitAsync();
    }
}
