namespace Drover.Bench.Server;

/// <summary><see cref="HelloServer"/> on workers.</summary>
static class HelloCluster
{
    public static async Task RunAsync(Arguments arguments)
    {
        if (Cluster.IsWorker)
        {
            await HelloServer.WorkAsync(arguments);
            return;
        }

        Announcement.Begin(Cluster.Primary);
        Cluster.SchedulingPolicy = arguments.Text("--policy");
        for (var i = 0; i < arguments.Workers; i++)
            Cluster.Fork();
        await Cluster.WaitForExitAsync();
    }
}
