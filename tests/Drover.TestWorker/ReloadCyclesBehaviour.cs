namespace Drover.TestWorker;

/// <summary>A primary that reloads again and again and says what it has before and after.</summary>
[Behaviours]
internal static class ReloadCyclesBehaviour
{
    private const int WarmUp = 10;

    /// <summary>ReloadCycles COUNT [PROGRAM]: of one worker. With a program that fails, every reload is to fail.</summary>
    public static async Task<int> ReloadCycles(string[] args)
    {
        await using var cluster = new ClusterPrimary(new ClusterSettings { Arguments = ["SayId"] });
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cluster.OnListening += (_, _) => listening.TrySetResult();
        cluster.Fork();
        await listening.Task;
        if (args.Length > 1) cluster.SetupPrimary(settings => settings.Program = args[1]);

        for (var i = 0; i < WarmUp; i++) await OneAsync(cluster, args.Length == 1);
        Belongings.Report("warm");
        Belongings.Report("before");
        for (var i = 0; i < int.Parse(args[0]); i++) await OneAsync(cluster, args.Length == 1);
        Belongings.Report("after");
        await cluster.DisconnectAsync();
        return 0;
    }

    private static async Task OneAsync(ClusterPrimary cluster, bool isToSucceed)
    {
        var result = await cluster.ReloadAsync();
        if (result.IsComplete != isToSucceed) throw new InvalidOperationException(result.ToString());
    }
}
