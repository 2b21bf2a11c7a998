namespace Drover.Samples.FromNode;

internal static class Policy
{
    internal static async Task<int> RunAsync(string[] args)
    {
        if (Cluster.IsPrimary)
        {
            // <snippet>
            Cluster.SchedulingPolicy = SchedulingPolicies.Shared; // or RoundRobin, LeastLoaded, Sticky; before the first Fork
            // </snippet>
            Console.WriteLine(Cluster.SchedulingPolicy);
            Cluster.Fork();
        }

        if (Cluster.IsWorker) return 0;
        await Cluster.WaitForExitAsync();
        return 0;
    }
}
