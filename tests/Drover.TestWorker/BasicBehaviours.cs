using System.Net;
using System.Text;

namespace Drover.TestWorker;

[Behaviours]
internal static class BasicBehaviours
{
    /// <summary>Is there, does nothing, until it is disconnected.</summary>
    public static async Task<int> Idle(string[] args)
    {
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Listens on 127.0.0.1 and the given port (default 0) and answers every connection with its worker id, then closes it.</summary>
    public static async Task<int> SayId(string[] args)
    {
        var port = args.Length > 0 ? int.Parse(args[0]) : 0;
        await using var listener = await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, port));
        while (await listener.AcceptAsync() is { } connection)
        {
            await using (connection) await connection.Stream.WriteAsync(Encoding.ASCII.GetBytes($"{Cluster.Worker!.Id}\n"));
        }

        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Kestrel on the given URL; GET / answers the worker's id.</summary>
    public static async Task<int> Web(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.UseCluster();
        var app = builder.Build();
        app.MapGet("/", () => Cluster.Worker!.Id.ToString());
        app.MapGet("/slow", async () =>
        {
            Console.WriteLine("slow request has begun");
            await Task.Delay(1500);
            return "slow";
        });
        await app.RunAsync(args.Length > 0 ? args[0] : "http://127.0.0.1:0");
        return 0;
    }

    /// <summary>Is told to disconnect and never ends.</summary>
    public static async Task<int> Deaf(string[] args)
    {
        _ = Cluster.WaitForExitAsync();
        await Task.Delay(Timeout.Infinite);
        return 0;
    }
}
