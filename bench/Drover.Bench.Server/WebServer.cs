using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.Bench.Server;

/// <summary>The smallest Kestrel: one middleware, no logging. The same code is the single process and every worker.</summary>
static class WebServer
{
    public static WebApplication Build(int port, RequestDelegate handler, bool clustered)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        if (clustered)
            builder.UseCluster();
        var app = builder.Build();
        app.Run(handler);
        return app;
    }
}
