using System.Net;
using System.Net.WebSockets;

namespace Drover.FunctionalTests.Survival;

/// <summary>Connections whose state lives in the worker cannot move; a worker that leaves ends them in the words of their protocol.</summary>
public sealed class PinnedConnectionTests
{
    [Fact]
    public async Task A_TLS_connection_is_ended_in_order_and_its_running_request_is_answered()
    {
        using var folder = new TemporaryFolder();
        var certificate = TestCertificate.CreateIn(folder);
        await using var cluster = TestCluster.OfBehaviour("WebApp", "https://127.0.0.1:0", certificate.CertificateFile, certificate.KeyFile);
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var http = Web.KeepAlive(port, scheme: "https");
        var (_, answer) = await cluster.HoldAsync(http);

        var gone = workers[0].DisconnectAsync(Token);
        await cluster.UntilAsync(() => workers[0].State == WorkerState.Draining, "the drain");
        await workers[0].FinishAsync();

        Assert.Equal("finished 1", await cluster.WithinDeadline(answer, "the answer"));
        await cluster.WithinDeadline(gone, "the end of the worker");
        Assert.Equal(0, workers[0].ExitCode);
    }

    [Fact]
    public async Task HTTP_2_gets_GOAWAY_and_its_client_goes_on_with_another_worker()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0", "h2c");
        var (workers, port) = await cluster.ForkListeningAsync(2);
        using var client = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var first = await client.GetStringAsync($"http://127.0.0.1:{port}/", Token);
        var serving = workers.Single(w => first.StartsWith($"{w.Id} ", StringComparison.Ordinal));
        using var stop = new CancellationTokenSource();
        var asking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await client.GetStringAsync($"http://127.0.0.1:{port}/", Token);
        });

        await cluster.WithinDeadline(serving.DisconnectAsync(Token), "the end of the worker");
        var later = await client.GetStringAsync($"http://127.0.0.1:{port}/", Token);
        await stop.CancelAsync();

        await cluster.WithinDeadline(asking, "requests without a failure");
        Assert.DoesNotContain($"{serving.Id} HTTP", later, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_WebSocket_of_a_worker_that_leaves_is_closed_with_a_word_and_within_the_drain_timeout()
    {
        await using var cluster = TestCluster.OfBehaviour("Kestrel", "http://127.0.0.1:0");
        var (workers, port) = await cluster.ForkListeningAsync(1);
        using var socket = new ClientWebSocket();
        await cluster.WithinDeadline(socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/socket"), Token), "the handshake");
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Token);
        var buffer = new byte[100];
        await socket.ReceiveAsync(buffer, Token);

        var gone = workers[0].DisconnectAsync(Token);
        var last = await cluster.WithinDeadline(socket.ReceiveAsync(buffer, Token), "the close");

        Assert.Equal(WebSocketMessageType.Close, last.MessageType);
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, last.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
        await cluster.WithinDeadline(gone, "the end of the worker");
        Assert.Equal(0, workers[0].ExitCode);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
