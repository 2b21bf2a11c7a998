using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace Drover.FunctionalTests.Kestrel;

public sealed class KestrelTests
{
    [Fact]
    public async Task Port_0_is_the_same_real_port_in_every_worker_and_the_application_knows_it()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(2);
        using var client = Client();

        var urls = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 4; i++) urls.Add(await client.GetStringAsync($"http://127.0.0.1:{port}/urls"));

        Assert.Equal([$"http://127.0.0.1:{port}"], urls);
    }

    [Fact]
    public async Task Several_endpoints_https_among_them_are_shared()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0;https://127.0.0.1:0");
        await cluster.ForkListeningAsync(1);
        await cluster.UntilAsync(() => Ports(cluster).Length == 2, "both endpoints");
        var ports = Ports(cluster);
        using var client = Client();

        Assert.StartsWith("1 HTTP/1.1 127.0.0.1", await client.GetStringAsync($"http://127.0.0.1:{ports[0]}/"), StringComparison.Ordinal);
        Assert.StartsWith("1 HTTP/1.1 127.0.0.1", await client.GetStringAsync($"https://127.0.0.1:{ports[1]}/"), StringComparison.Ordinal);
        using var second = new HttpRequestMessage(HttpMethod.Get, $"https://127.0.0.1:{ports[1]}/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var answer = await client.SendAsync(second);
        Assert.StartsWith("1 HTTP/2 ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HTTP_2_without_TLS_is_served()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0", "h2c");
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.GetStringAsync($"http://127.0.0.1:{port}/")));

        Assert.All(answers, answer => Assert.StartsWith("1 HTTP/2 127.0.0.1", answer, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_WebSocket_goes_both_ways_and_closes()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var socket = new ClientWebSocket();
        await cluster.WithinDeadline(socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/socket"), CancellationToken.None), "the handshake");
        var buffer = new byte[100];

        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var received = await cluster.WithinDeadline(socket.ReceiveAsync(buffer, CancellationToken.None), "the echo");

        Assert.Equal("hello", Encoding.ASCII.GetString(buffer, 0, received.Count));
        await cluster.WithinDeadline(socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None), "the close");
    }

    [Fact]
    public async Task A_Unix_socket_is_shared()
    {
        var path = Path.Combine(Path.GetTempPath(), $"drover-{Guid.NewGuid():N}.sock");
        await using var cluster = TestCluster.OfBehaviour("Kestrel", $"http://unix:{path}");
        await cluster.ForkListeningAsync(2);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, token) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), token);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        client.DefaultRequestHeaders.ConnectionClose = true;

        var workers = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 4; i++) workers.Add((await client.GetStringAsync("http://localhost/")).Split(' ')[0]);

        Assert.Equal(["1", "2"], workers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_clients_address_is_right_and_connection_ids_are_unique_over_the_workers()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(2);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            var localPort = 0;
            using var client = new HttpClient(new SocketsHttpHandler
            {
                ConnectCallback = async (context, token) =>
                {
                    var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    localPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
            var parts = (await client.GetStringAsync($"http://127.0.0.1:{port}/")).Split(' ');

            Assert.Equal(("127.0.0.1", localPort.ToString()), (parts[2], parts[3]));
            ids.Add(parts[4]);
        }

        Assert.Equal(10, ids.Count);
    }

    [Fact]
    public async Task A_large_body_arrives_whole()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var client = Client();

        using var answer = await cluster.WithinDeadline(client.PostAsync($"http://127.0.0.1:{port}/length", new ByteArrayContent(new byte[20_000_000])), "the upload");

        Assert.Equal("20000000", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_worker_that_is_disconnected_finishes_its_request_and_takes_no_new_one()
    {
        await using var cluster = TestCluster.OfBehaviour("Web");
        var (workers, port) = await cluster.ForkListeningAsync(1, settings => settings.Stdio = WorkerStdio.Pipe);
        using var output = new StreamReader(workers[0].Streams!.Output);
        using var client = Client();
        var running = client.GetStringAsync($"http://127.0.0.1:{port}/slow");
        Assert.Equal("slow request has begun", await cluster.WithinDeadline(output.ReadLineAsync(), "the request"));

        var gone = workers[0].DisconnectAsync();
        await cluster.UntilAsync(() => workers[0].State == WorkerState.Draining, "draining");
        var (others, _) = await cluster.ForkListeningAsync(1);
        var answer = await client.GetStringAsync($"http://127.0.0.1:{port}/");

        Assert.Equal(others[0].Id.ToString(), answer);
        Assert.Equal("slow", await cluster.WithinDeadline(running, "the running request"));
        await cluster.WithinDeadline(gone, "the end");
        Assert.Contains("exit 1 0", cluster.Events);
    }

    private static int[] Ports(TestCluster cluster) =>
        [.. cluster.Events.Where(e => e.StartsWith("listening 1 ", StringComparison.Ordinal)).Select(e => int.Parse(e.Split(' ')[2]))];

    private static HttpClient Client()
    {
        var client = new HttpClient(new SocketsHttpHandler { SslOptions = new() { RemoteCertificateValidationCallback = (_, _, _, _) => true } });
        client.DefaultRequestHeaders.ConnectionClose = true;
        return client;
    }
}
