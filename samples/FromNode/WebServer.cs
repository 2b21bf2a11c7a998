namespace Drover.Samples.FromNode;

internal static class WebServer
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var url = args.Length > 0 ? args[0] : "http://localhost:3000";

        // <snippet>
        if (Cluster.IsPrimary)
        {
            for (var i = 0; i < Environment.ProcessorCount; i++) Cluster.Fork();
            await Cluster.WaitForExitAsync();
            return 0;
        }

        var builder = WebApplication.CreateBuilder();
        builder.UseCluster();
        var app = builder.Build();
        app.MapGet("/", () => $"Response from Worker {Environment.ProcessId}");
        await app.RunAsync(url);
        // </snippet>
        return 0;
    }
}
