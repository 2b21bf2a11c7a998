namespace Drover.Samples.FromNode;

internal static class ForkPerCpu
{
    internal static async Task<int> RunAsync(string[] args)
    {
        // <snippet>
        if (Cluster.IsPrimary)
        {
            Console.WriteLine($"Primary {Environment.ProcessId} is running");
            for (var i = 0; i < Environment.ProcessorCount; i++) Cluster.Fork();
        }
        else
        {
            Console.WriteLine($"Worker {Environment.ProcessId} started");
        }

        await Cluster.WaitForExitAsync();
        // </snippet>
        return 0;
    }
}
