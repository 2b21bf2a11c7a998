using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drover.TestWorker;

/// <summary>Connected sockets that travel with messages; each has a twin of the same name in tests/node/twins/sockets.js.</summary>
[Behaviours]
internal static class SocketBehaviours
{
    private static Worker Self => Cluster.Worker!;

    /// <summary>Sends one end of a connection and speaks on the other, once it is told that the first has arrived.</summary>
    public static async Task<int> SendSocket(string[] args)
    {
        var arrived = new TaskCompletionSource();
        using var _ = Self.OnMessage<string>(_ => arrived.TrySetResult());
        var (client, accepted) = await ConnectedPairAsync();
        await Self.SendAsync("handle", client);
        client.Dispose();
        await arrived.Task;
        await accepted.SendAsync("hello"u8.ToArray());
        accepted.Dispose();
        await Cluster.WaitForExitAsync();
        return 0;
    }

    public static async Task<int> SendSocketTwice(string[] args)
    {
        var (client, accepted) = await ConnectedPairAsync();
        await Self.SendAsync("first", client);
        await Self.SendAsync("second", client);
        client.Dispose();
        await accepted.SendAsync("hello"u8.ToArray());
        accepted.Dispose();
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Sends every socket back, and has two connections to the primary under way meanwhile.</summary>
    public static async Task<int> ReturnSockets(string[] args)
    {
        Self.Message += message => _ = ReturnAsync(message);
        Socket[] clients = [await ConnectAsync(int.Parse(args[0])), await ConnectAsync(int.Parse(args[0]))];
        foreach (var client in clients)
        {
            client.Shutdown(SocketShutdown.Send);
            while (await client.ReceiveAsync(new byte[100]) > 0)
            {
            }

            client.Dispose();
        }

        await Self.DisconnectAsync();
        return 0;
    }

    /// <summary>Serves one HTTP request on a connection that came with a message.</summary>
    public static async Task<int> ServeSocket(string[] args)
    {
        var came = new TaskCompletionSource<Socket>();
        Self.Message += message => came.TrySetResult(message.Socket!);
        await using var stream = new NetworkStream(await came.Task, ownsSocket: true);
        using var reader = new StreamReader(stream, leaveOpen: true);
        var path = (await reader.ReadLineAsync())!.Split(' ')[1];
        var body = $"worker {Self.Id}: {path}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
        await Self.DisconnectAsync();
        return 0;
    }

    /// <summary>Sends the message and its socket back as they came.</summary>
    public static async Task<int> EchoWithSocket(string[] args)
    {
        Self.Message += message => _ = EchoAsync(message);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Reads from a socket that came with a message as programs do that know of no asynchronous calls.</summary>
    public static async Task<int> ReadSocketSynchronously(string[] args)
    {
        var came = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        Self.Message += message => came.TrySetResult(message.Socket!);
        using var socket = await came.Task;
        await Self.SendAsync("reading");
        var buffer = new byte[100];
        var count = socket.Receive(buffer);
        socket.Send(buffer.AsSpan(0, count));
        socket.Shutdown(SocketShutdown.Both);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Accepts a connection of the shared port and reads it in the same old way.</summary>
    public static async Task<int> ReadConnectionSynchronously(string[] args)
    {
        await using var listener = await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await using (var connection = await listener.AcceptAsync())
        {
            await Self.SendAsync("reading");
            var stream = connection!.Stream;
            var buffer = new byte[100];
            var count = await Task.Run(() => stream.Read(buffer, 0, buffer.Length));
            await Task.Run(() => stream.Write(buffer, 0, count));
        }

        await Cluster.WaitForExitAsync();
        return 0;
    }

    private static async Task ReturnAsync(ClusterMessage message)
    {
        using var socket = message.Socket;
        await Self.SendAsync("reply", socket!);
    }

    private static async Task EchoAsync(ClusterMessage message)
    {
        var text = message.As<string>();
        if (message.Socket is not { } socket)
        {
            await Self.SendAsync(text);
            return;
        }

        using (socket) await Self.SendAsync(text, socket);
    }

    private static async Task<(Socket Client, Socket Accepted)> ConnectedPairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = await ConnectAsync(((IPEndPoint)listener.LocalEndpoint).Port);
        return (client, await listener.AcceptSocketAsync());
    }

    private static async Task<Socket> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
