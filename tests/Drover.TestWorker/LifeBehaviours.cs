using System.Net;
using System.Net.Sockets;

namespace Drover.TestWorker;

/// <summary>How workers live and end; each has a twin of the same name in tests/node/twins/life.js.</summary>
[Behaviours]
internal static class LifeBehaviours
{
    private static readonly IPEndPoint AnyPort = new(IPAddress.Loopback, 0);

    /// <summary>Listens on this many ports (default 1) and says "echo" to whoever connects.</summary>
    public static async Task<int> Listen(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0]) : 1;
        for (var i = 0; i < count; i++) _ = SayEchoAsync(await ClusterTcpListener.ListenAsync(AnyPort));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Binds a UDP socket.</summary>
    public static async Task<int> Bind(string[] args)
    {
        await using var socket = await ClusterUdpSocket.BindAsync(AnyPort);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    public static async Task<int> DisconnectSelf(string[] args)
    {
        await Cluster.Worker!.DisconnectAsync();
        return 0;
    }

    public static async Task<int> KillSelf(string[] args)
    {
        Cluster.Worker!.Kill();
        await Task.Delay(Timeout.Infinite);
        return 1;
    }

    public static async Task<int> KillWhenDisconnected(string[] args)
    {
        var exited = Cluster.WaitForExitAsync();
        Cluster.Worker!.Disconnect += () => Cluster.Worker.Kill();
        await Cluster.DisconnectAsync();
        await exited;
        await Task.Delay(Timeout.Infinite);
        return 1;
    }

    /// <summary>Disconnects or kills itself as it is told.</summary>
    public static async Task<int> Obey(string[] args)
    {
        using var orders = Cluster.Worker!.OnMessage<string>(order =>
        {
            if (order == "disconnect") _ = Cluster.Worker.DisconnectAsync();
            else Cluster.Worker.Kill();
        });
        await Cluster.WaitForExitAsync();
        return 0;
    }

    public static Task<int> ExitWith(string[] args) => Task.FromResult(int.Parse(args[0]));

    public static async Task<int> ListenThenExit(string[] args)
    {
        await ClusterTcpListener.ListenAsync(AnyPort);
        return int.Parse(args[0]);
    }

    public static Task<int> Spin(string[] args)
    {
        // The runtime is known to the primary as soon as the program looks at Cluster.
        while (Cluster.IsWorker)
        {
        }

        return Task.FromResult(1);
    }

    public static async Task<int> ExitWhenDisconnected(string[] args)
    {
        _ = SayEchoAsync(await ClusterTcpListener.ListenAsync(AnyPort));
        Cluster.Worker!.Disconnect += () => Environment.Exit(int.Parse(args[0]));
        await Cluster.WaitForExitAsync();
        await Task.Delay(Timeout.Infinite);
        return 1;
    }

    /// <summary>Listens on a port that somebody else has, and leaves.</summary>
    public static async Task<int> LeaveOnError(string[] args)
    {
        try
        {
            await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, int.Parse(args[0])));
        }
        catch (SocketException)
        {
            await Cluster.DisconnectAsync();
            return 0;
        }

        return 1;
    }

    /// <summary>The same, and a handler of the worker's own throws when it is disconnected.</summary>
    public static async Task<int> ThrowOnError(string[] args)
    {
        Cluster.Worker!.Disconnect += () => throw new InvalidOperationException("thrown by a handler");
        Cluster.Disconnecting.Register(() => throw new InvalidOperationException("thrown by a handler"));
        return await LeaveOnError(args);
    }

    /// <summary>Has a connection of its own, to somewhere else, and stays until that has ended.</summary>
    public static async Task<int> Connect(string[] args)
    {
        var exited = Cluster.WaitForExitAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, int.Parse(args[0]));
        await client.GetStream().WriteAsync("here"u8.ToArray());
        await client.GetStream().CopyToAsync(Stream.Null);
        await exited;
        return 0;
    }

    /// <summary>Keeps connections open until the client ends them, and says at the very end in which order things happened.</summary>
    public static async Task<int> Hold(string[] args)
    {
        var listener = await ClusterTcpListener.ListenAsync(AnyPort);
        _ = HoldAllAsync(listener);
        await Cluster.WaitForExitAsync();
        return listener.Drained.IsCompleted ? 0 : 1;
    }

    /// <summary>Tells on standard output how it ended: for tests whose primary is gone by then.</summary>
    public static async Task<int> TellEnd(string[] args)
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Console.WriteLine($"worker ends with {Environment.ExitCode}");
        return await Listen([]);
    }

    /// <summary>Has the connection open, and kills itself when it is asked to finish it.</summary>
    public static async Task<int> KillWhileDraining(string[] args)
    {
        _ = HoldAllAsync(await ClusterTcpListener.ListenAsync(AnyPort));
        Cluster.Disconnecting.Register(() => Cluster.Worker!.Kill());
        await Cluster.WaitForExitAsync();
        await Task.Delay(Timeout.Infinite);
        return 1;
    }

    private static async Task SayEchoAsync(ClusterTcpListener listener)
    {
        while (await listener.AcceptAsync() is { } connection)
        {
            await using (connection) await connection.Stream.WriteAsync("echo"u8.ToArray());
        }
    }

    private static async Task HoldAllAsync(ClusterTcpListener listener)
    {
        while (await listener.AcceptAsync() is { } connection) _ = HoldAsync(connection);
    }

    private static async Task HoldAsync(ClusterConnection connection)
    {
        await using (connection)
        {
            await connection.Stream.WriteAsync("."u8.ToArray());
            await connection.Stream.CopyToAsync(Stream.Null);
        }
    }
}
