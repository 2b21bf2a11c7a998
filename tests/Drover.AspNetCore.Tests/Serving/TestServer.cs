using System.Net;
using System.Net.Sockets;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Tests.Serving;

/// <summary>A real Kestrel on a free port, on our transport or on its own.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private TestServer(WebApplication application, EventLog log)
    {
        _application = application;
        Log = log;
    }

    internal EventLog Log { get; }

    internal int Port { get; private init; }

    internal Uri Address => new($"http://127.0.0.1:{Port}/");

    internal static Task<TestServer> StartAsync(
        RequestDelegate application, ServerKind kind = ServerKind.Ours, Action<ListenOptions>? listen = null, Action<WebApplication>? pipeline = null,
        ConnectionTransportOptions? options = null, EndPoint? endPoint = null, Action<KestrelServerOptions>? kestrel = null) =>
        StartAsync(kind, listen, options, endPoint, kestrel, app =>
        {
            pipeline?.Invoke(app);
            app.Run(application);
        });

    /// <summary>No HTTP: the delegate is the protocol.</summary>
    internal static Task<TestServer> StartRawAsync(ConnectionDelegate connection, ServerKind kind = ServerKind.Ours, ConnectionTransportOptions? options = null) =>
        StartAsync(kind, listen => listen.Use(_ => connection), options, null, null, _ => { });

    internal Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    internal async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, Port);
        return client;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private static async Task<TestServer> StartAsync(
        ServerKind kind, Action<ListenOptions>? listen, ConnectionTransportOptions? options, EndPoint? endPoint, Action<KestrelServerOptions>? kestrel,
        Action<WebApplication> configure)
    {
        var log = new EventLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        if (kind == ServerKind.Ours)
        {
            builder.Services.AddSingleton(options ?? new ConnectionTransportOptions());
            builder.Services.AddSingleton<IConnectionListenerFactory, LoopListenerFactory>();
        }

        builder.WebHost.ConfigureKestrel(server =>
        {
            kestrel?.Invoke(server);
            server.Listen(endPoint ?? new IPEndPoint(IPAddress.Loopback, 0), listen ?? (_ => { }));
        });
        var application = builder.Build();
        configure(application);
        await application.StartAsync();
        return new TestServer(application, log) { Port = endPoint is null ? new Uri(application.Urls.First()).Port : 0 };
    }
}
