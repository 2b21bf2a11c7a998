namespace Drover.TestWorker;

/// <summary>A web application that can be made to hang in every way.</summary>
[Behaviours]
internal static class SurvivalBehaviours
{
    private const int MoreThreadsThanThePoolMakes = 500;

    private sealed record StartedMessage(string Started);

    /// <summary>Survivor URL.</summary>
    public static async Task<int> Survivor(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.UseCluster();
        var app = builder.Build();
        var id = Cluster.Worker!.Id.ToString();
        app.MapGet("/", () => id);

        // Tells the primary that it runs, and never ends.
        app.MapGet("/hold", async (HttpContext context) =>
        {
            await Cluster.Worker!.SendAsync(new StartedMessage("hold"));
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.MapGet("/half", async (HttpContext context) =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("half an answer");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        app.MapGet("/slow", async (int milliseconds) =>
        {
            await Cluster.Worker!.SendAsync(new StartedMessage("slow"));
            await Task.Delay(milliseconds);
            return id;
        });

        // Answers without reading what was posted.
        app.MapPost("/unread", () => id);
        app.MapPost("/length", async (HttpContext context) =>
        {
            var length = 0L;
            var buffer = new byte[65536];
            while (await context.Request.Body.ReadAsync(buffer) is var read and > 0) length += read;
            return $"{id} {length}";
        });
        app.MapGet("/block", (int milliseconds) => OccupyThePool(milliseconds, left => Thread.Sleep(left)));
        app.MapGet("/spin", (int milliseconds) => OccupyThePool(milliseconds, left =>
        {
            var end = Environment.TickCount64 + left;
            while (Environment.TickCount64 < end)
            {
            }
        }));
        await app.RunAsync(args[0]);
        return 0;
    }

    // All of it is over after this time, however many threads there are.
    private static string OccupyThePool(int milliseconds, Action<int> work)
    {
        var end = Environment.TickCount64 + milliseconds;
        for (var i = 0; i < MoreThreadsThanThePoolMakes; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => work((int)Math.Max(0, end - Environment.TickCount64)), null);
        return "occupied";
    }
}
