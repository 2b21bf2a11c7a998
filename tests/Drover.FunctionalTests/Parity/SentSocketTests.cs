using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Parity;

/// <summary>Connected sockets that go along with messages.</summary>
public sealed class SentSocketTests
{
    [Theory(DisplayName = "net-send: a worker sends a connected socket to the primary, which reads from it")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_sends_a_socket(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "SendSocket");
        var worker = cluster.Primary.Fork();
        using var inbox = new RawInbox(cluster, worker);

        var message = await inbox.NextAsync();
        using var socket = message.Socket!;
        await worker.SendAsync("got", TestContext.Current.CancellationToken);

        Assert.Equal("handle", message.As<string>());
        Assert.Equal("hello", await ReadAllAsync(cluster, socket));
    }

    [Theory(DisplayName = "send-handle-twice: the same socket sent twice harms nobody")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_socket_can_be_sent_twice(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "SendSocketTwice");
        var worker = cluster.Primary.Fork();
        using var inbox = new RawInbox(cluster, worker);

        var (first, second) = (await inbox.NextAsync(), await inbox.NextAsync());

        Assert.Equal(("first", "second"), (first.As<string>(), second.As<string>()));
        Assert.Equal("hello", await ReadAllAsync(cluster, first.Socket!));

        // Node has given its only descriptor away with the first message; here each message has one of its own.
        Assert.Equal(kind == TwinWorkers.CSharp, second.Socket is not null);
        first.Socket!.Dispose();
        second.Socket?.Dispose();
        await cluster.WithinDeadline(worker.DisconnectAsync(), "the end of the worker");
        Assert.Equal(0, worker.ExitCode);
    }

    [Theory(DisplayName = "send-deadlock: primary and worker send sockets to each other at once")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Both_sides_send_sockets_at_once(string kind)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var cluster = TwinWorkers.Cluster(kind, "ReturnSockets", $"{((IPEndPoint)server.LocalEndpoint).Port}");
        var worker = cluster.Primary.Fork();
        worker.Message += message => message.Socket!.Dispose();

        for (var i = 0; i < 2; i++)
        {
            using var accepted = await cluster.WithinDeadline(server.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask(), "a connection of the worker");
            await worker.SendAsync("handle", accepted, TestContext.Current.CancellationToken);
        }

        await cluster.WithinDeadline(cluster.Primary.WaitForExitAsync(), "the end of the worker");
        Assert.Equal((0, true), (worker.ExitCode, worker.ExitedAfterDisconnect));
    }

    [Theory(DisplayName = "send-socket-to-worker-http-server: a connection that the primary accepted is served by a worker's HTTP server")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_serves_a_socket_that_was_sent(string kind)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        await using var cluster = TwinWorkers.Cluster(kind, "ServeSocket");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        using var client = new HttpClient();
        var answer = client.GetStringAsync($"http://{server.LocalEndpoint}/here", TestContext.Current.CancellationToken);

        var accepted = await server.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await worker.SendAsync("socket", accepted, TestContext.Current.CancellationToken);
        accepted.Dispose();

        Assert.Equal("worker 1: /here", await cluster.WithinDeadline(answer, "the answer"));
        await cluster.EventAsync("exit 1 0");
    }

    [Theory(DisplayName = "send-handle-large-payload: a message of 800 kB and its socket, both ways")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_large_message_with_a_socket(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "EchoWithSocket");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        using var inbox = new RawInbox(cluster, worker);
        var (client, accepted) = await ConnectedPairAsync();
        using (client)
        {
            var payload = new string('a', 800_004);

            await worker.SendAsync(payload, accepted, TestContext.Current.CancellationToken);
            accepted.Dispose();
            var message = await inbox.NextAsync();

            Assert.Equal(payload, message.As<string>());
            using var socket = message.Socket!;
            await socket.SendAsync("through"u8.ToArray(), TestContext.Current.CancellationToken);
            socket.Shutdown(SocketShutdown.Both);
            Assert.Equal("through", await ReadAllAsync(cluster, client));
        }
    }

    [Theory(DisplayName = "child-process-recv-handle: messages with and without sockets stay in order, each with its own")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task Messages_with_and_without_sockets_stay_in_order(string kind)
    {
        const int count = 20;
        await using var cluster = TwinWorkers.Cluster(kind, "EchoWithSocket");
        var worker = cluster.Primary.Fork();
        await cluster.EventAsync("online 1");
        using var inbox = new RawInbox(cluster, worker);
        var clients = new List<Socket>();
        for (var i = 0; i < count; i++)
        {
            var (client, accepted) = await ConnectedPairAsync();
            clients.Add(client);
            await worker.SendAsync($"plain {i}", TestContext.Current.CancellationToken);
            await worker.SendAsync($"socket {i}", accepted, TestContext.Current.CancellationToken);
            accepted.Dispose();
        }

        for (var i = 0; i < count; i++)
        {
            Assert.Equal($"plain {i}", (await inbox.NextAsync()).As<string>());
            var message = await inbox.NextAsync();
            Assert.Equal($"socket {i}", message.As<string>());
            Assert.Equal(clients[i].LocalEndPoint, message.Socket!.RemoteEndPoint);
            message.Socket.Dispose();
            Assert.Equal("", await ReadAllAsync(cluster, clients[i]));
            clients[i].Dispose();
        }
    }

    [Fact(DisplayName = "child-process-send-keep-open: the sender may go on using the socket that it has sent")]
    public async Task The_sender_keeps_its_socket()
    {
        await using var cluster = TwinWorkers.Cluster(TwinWorkers.CSharp, "ReadSocketSynchronously");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        var (client, accepted) = await ConnectedPairAsync();
        using (client)
        using (accepted)
        {
            await worker.SendAsync("socket", accepted, TestContext.Current.CancellationToken);
            Assert.Equal("reading", await inbox.NextAsync());

            // The calls that block are the ones that would notice a mode of the socket changed behind their back.
            var reading = Task.Run(() => client.Receive(new byte[100]), TestContext.Current.CancellationToken);
            accepted.Send("from the sender"u8);
            Assert.Equal("from the sender".Length, await cluster.WithinDeadline(reading, "what the sender says"));

            client.Send("to the worker"u8);
            Assert.Equal("to the worker", await ReadAllAsync(cluster, client));
        }
    }

    private static async Task<string> ReadAllAsync(TestCluster cluster, Socket socket)
    {
        using var reader = new StreamReader(new NetworkStream(socket, ownsSocket: false));
        return await cluster.WithinDeadline(reader.ReadToEndAsync(TestContext.Current.CancellationToken), "what the other end says");
    }

    private static async Task<(Socket Client, Socket Accepted)> ConnectedPairAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint, TestContext.Current.CancellationToken);
        return (client, await listener.AcceptSocketAsync(TestContext.Current.CancellationToken));
    }
}
