namespace Drover.Samples.FromNode;

internal static class RestartOnExit
{
    internal static async Task<int> RunAsync(string[] args)
    {
        // <snippet>
        if (Cluster.IsPrimary)
        {
            Cluster.OnExit += (worker, code, signal) =>
            {
                Console.WriteLine($"Worker {worker.ProcessId} died ({code?.ToString() ?? signal?.ToString()})");
                if (worker.ExitedAfterDisconnect == true) return;
                var successor = Cluster.Fork();
                Console.WriteLine($"New worker {successor.ProcessId} started");
            };
            for (var i = 0; i < Environment.ProcessorCount; i++) Cluster.Fork();
        }

        await Cluster.WaitForExitAsync();
        // </snippet>
        return 0;
    }
}
