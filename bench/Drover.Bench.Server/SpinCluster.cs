using System.Text;
using Microsoft.AspNetCore.Http;

namespace Drover.Bench.Server;

/// <summary>The article's server: a handler that needs CPU, workers that are replaced when they die.</summary>
static class SpinCluster
{
    public static async Task RunAsync(Arguments arguments)
    {
        if (Cluster.Worker is { } self)
        {
            using var crash = new CrashTimer(arguments, self.Id);
            await WorkAsync(arguments, crash);
            return;
        }

        Announcement.Begin(Cluster.Primary);
        Cluster.SetupPrimary(settings =>
        {
            // As in the article: at once, and however often.
            settings.Restart = new RestartPolicy { InitialDelay = TimeSpan.Zero, MaxRestarts = int.MaxValue };
            // A worker stands for one processor of the article's machine; its runtime is told so.
            settings.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
        });
        for (var i = 0; i < arguments.Workers; i++)
            Cluster.Fork();
        await Task.Delay(Timeout.Infinite);
    }

    static async Task WorkAsync(Arguments arguments, CrashTimer crash)
    {
        var iterations = arguments.Integer("--iterations");
        var body = Encoding.ASCII.GetBytes($"Response from worker {Environment.ProcessId}\n");
        await using var app = WebServer.Build(arguments.Port, AnswerAsync, clustered: true);
        await app.RunAsync();

        Task AnswerAsync(HttpContext context)
        {
            crash.Arm();
            Spin.Run(iterations);
            context.Response.ContentType = "text/plain";
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body).AsTask();
        }
    }
}
