using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Drover.TestWorker;

[Behaviours]
internal static class KestrelBehaviours
{
    /// <summary>Kestrel URLS: everything that the Kestrel tests ask for.</summary>
    public static async Task<int> Kestrel(string[] args)
    {
        var builder = WebApplication.CreateBuilder(["--urls", args[0]]);
        builder.Logging.ClearProviders();
        builder.UseCluster();
        using var certificate = SelfSigned();
        builder.WebHost.ConfigureKestrel(options => options.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        if (args.Length > 1 && args[1] == "h2c") builder.WebHost.ConfigureKestrel(o => o.ConfigureEndpointDefaults(e => e.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/", (HttpContext context) => $"{Cluster.Worker!.Id} {context.Request.Protocol} {context.Connection.RemoteIpAddress} {context.Connection.RemotePort} {context.Connection.Id}");
        app.MapGet("/urls", () => string.Join(' ', app.Urls.Order(StringComparer.Ordinal)));
        app.MapPost("/length", async (HttpContext context) =>
        {
            var length = 0L;
            var buffer = new byte[65536];
            while (await context.Request.Body.ReadAsync(buffer) is var read and > 0) length += read;
            return length.ToString();
        });
        app.Map("/socket", EchoAsync);
        await app.RunAsync();
        return 0;
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[1024];
        while (await socket.ReceiveAsync(buffer, CancellationToken.None) is { MessageType: not WebSocketMessageType.Close } received)
            await socket.SendAsync(buffer.AsMemory(0, received.Count), received.MessageType, received.EndOfMessage, CancellationToken.None);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
