using System.Net;
using System.Text;

namespace Drover.TestWorker;

[Behaviours]
internal static class SwellBehaviour
{
    private static byte[]? _memory;

    /// <summary>Swell MEGABYTES: answers a connection with the worker's id, and takes so much memory at the first.</summary>
    public static async Task<int> Swell(string[] args)
    {
        var bytes = int.Parse(args[0]) * 1024 * 1024;
        await using var listener = await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        while (await listener.AcceptAsync() is { } connection)
        {
            _memory ??= Filled(bytes);
            await using (connection) await connection.Stream.WriteAsync(Encoding.ASCII.GetBytes($"{Cluster.Worker!.Id}\n"));
        }

        await Cluster.WaitForExitAsync();
        return 0;
    }

    private static byte[] Filled(int bytes)
    {
        var memory = GC.AllocateUninitializedArray<byte>(bytes);
        Array.Fill(memory, (byte)1);
        return memory;
    }
}
