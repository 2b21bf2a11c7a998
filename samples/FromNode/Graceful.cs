using System.Net;

namespace Drover.Samples.FromNode;

internal static class Graceful
{
    internal static async Task<int> RunAsync(string[] args)
    {
        if (Cluster.IsPrimary)
        {
            // <snippet>
            Cluster.OnListening += async (worker, address) =>
            {
                Console.WriteLine($"Worker {worker.Id} listens on port {address.Port}");
                await worker.DisconnectAsync(); // no new connections, finish the open ones, end; completes when it is gone
                Console.WriteLine($"Worker {worker.Id} is gone, of its own will: {worker.ExitedAfterDisconnect}");
            };
            Cluster.Fork();
            // </snippet>
            await Cluster.WaitForExitAsync();
            return 0;
        }

        // <snippet>
        await using var listener = await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        while (await listener.AcceptAsync() is { } connection) // null when the worker is told to disconnect
        {
            await using (connection) await connection.Stream.WriteAsync("hello\n"u8.ToArray());
        }

        await Cluster.WaitForExitAsync();
        // </snippet>
        return 0;
    }
}
