using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Drover.AspNetCore.Tests.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Drover.AspNetCore.Tests.Transport;

public class ProtocolTests
{
    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(3_000_000);

    [Fact(Timeout = 30_000)]
    public async Task Http2_without_tls()
    {
        await using var server = await TestServer.StartAsync(EchoAsync, listen: options => options.Protocols = HttpProtocols.Http2);
        using var client = new HttpClient
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await EchoManyAsync(client, HttpVersion.Version20);
        Assert.Empty(server.Log.Complaints);
    }

    [Theory(Timeout = 30_000)]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Https(string version)
    {
        using var certificate = SelfSigned();
        await using var server = await TestServer.StartAsync(EchoAsync, listen: options => options.UseHttps(certificate));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, presented, _, _) => certificate.Equals(presented);
        using var client = new HttpClient(handler)
        {
            BaseAddress = new Uri($"https://127.0.0.1:{server.Port}"),
            DefaultRequestVersion = Version.Parse(version),
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await EchoManyAsync(client, Version.Parse(version));
        Assert.Empty(server.Log.Complaints);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_web_socket_echoes_and_closes()
    {
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[4096];
                while (true)
                {
                    var result = await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted);
                    if (result.MessageType == WebSocketMessageType.Close) break;
                    await socket.SendAsync(buffer.AsMemory(0, result.Count), result.MessageType, result.EndOfMessage, context.RequestAborted);
                }

                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", context.RequestAborted);
            },
            pipeline: app => app.UseWebSockets());
        using var client = new ClientWebSocket();
        await client.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/"), TestContext.Current.CancellationToken);
        foreach (var size in new[] { 1, 125, 60_000, 300_000 })
        {
            var sending = client.SendAsync(Content.AsMemory(0, size), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
            var received = new byte[size];
            for (var at = 0; at < size;)
            {
                at += (await client.ReceiveAsync(received.AsMemory(at), TestContext.Current.CancellationToken)).Count;
            }

            await sending;
            Assert.True(received.AsSpan().SequenceEqual(Content.AsSpan(0, size)));
        }

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketState.Closed, client.State);
    }

    [Fact(Timeout = 30_000)]
    public async Task Unix_sockets()
    {
        var path = Path.Combine(Path.GetTempPath(), $"drover-{Guid.NewGuid():N}.sock");
        try
        {
            await using var server = await TestServer.StartAsync(EchoAsync, endPoint: new UnixDomainSocketEndPoint(path));
            using var handler = new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            };
            using var client = new HttpClient(handler) { BaseAddress = new Uri("http://localhost/") };
            await EchoManyAsync(client, HttpVersion.Version11);
            Assert.Empty(server.Log.Complaints);
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The whole first: clients that send everything before they read would wait for a server that waits for them.
    private static async Task EchoAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length));
    }

    private static async Task EchoManyAsync(HttpClient client, Version version) =>
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async i =>
        {
            var content = Content.AsMemory(0, i * 400_000);
            using var answer = await client.PostAsync(string.Empty, new ReadOnlyMemoryContent(content));
            Assert.Equal(version, answer.Version);
            var echo = await answer.Content.ReadAsByteArrayAsync();
            Assert.True(content.Span.SequenceEqual(echo));
        }));

    private static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pfx), null);
    }
}
