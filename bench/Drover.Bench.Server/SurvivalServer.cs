using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Drover.Bench.Server;

/// <summary>
/// Answers <c>/ID?MS</c> after so many milliseconds with the request's id, what was posted, and who answered. Alone it is a backend
/// behind a proxy; on workers it is started by <c>Cluster.RunAsync</c> as it comes.
/// </summary>
static class SurvivalServer
{
    public static async Task RunAloneAsync(Arguments arguments)
    {
        await using var app = WebServer.Build(arguments.Port, AnswerAsync, clustered: false);
        await app.StartAsync();
        Console.WriteLine($"listening {Environment.ProcessId}");
        await app.WaitForShutdownAsync();
    }

    public static Task<int> RunClusterAsync(string[] args, Arguments arguments) => Cluster.RunAsync(args, _ => WorkAsync(arguments), options =>
    {
        options.Workers = arguments.Workers;
        options.Settings.SchedulingPolicy = arguments.Text("--policy");
        options.Settings.Spares = arguments.Integer("--spares");
        options.OnPrimary = Announcement.Begin;
    });

    static async Task WorkAsync(Arguments arguments)
    {
        await using var app = WebServer.Build(arguments.Port, AnswerAsync, clustered: true);
        await app.RunAsync();
    }

    static async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        using var reader = new StreamReader(request.Body);
        var posted = HttpMethods.IsPost(request.Method) ? await reader.ReadToEndAsync() : "";
        if (request.QueryString.Value is ['?', .. var number] && int.Parse(number, CultureInfo.InvariantCulture) is var wait and > 0)
            await Task.Delay(wait);
        var body = Encoding.ASCII.GetBytes($"request {request.Path.Value![1..]}/{posted} worker {Environment.ProcessId}\n");
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body);
    }
}
