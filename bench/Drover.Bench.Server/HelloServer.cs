using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Drover.Bench.Server;

/// <summary>Answers "Hello, World!"; without a primary this is the single process that everything is compared to.</summary>
static class HelloServer
{
    static readonly byte[] Body = "Hello, World!"u8.ToArray();

    public static async Task RunAsync(Arguments arguments)
    {
        await using var app = WebServer.Build(arguments.Port, AnswerAsync, clustered: false);
        await app.StartAsync();
        Console.WriteLine($"listening {Environment.ProcessId}");
        await app.WaitForShutdownAsync();
    }

    public static async Task WorkAsync(Arguments arguments)
    {
        await using var app = WebServer.Build(arguments.Port, AnswerAsync, clustered: true);
        await app.RunAsync();
    }

    static Task AnswerAsync(HttpContext context)
    {
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = Body.Length;
        return context.Response.Body.WriteAsync(Body).AsTask();
    }
}
