namespace Drover.Samples.FromNode;

internal static class OneLine
{
    internal static async Task<int> RunAsync(string[] arguments)
    {
        var url = arguments.Length > 0 ? arguments[0] : "http://localhost:3000";
        string[] args = ["one-line", .. arguments];

        // <snippet>
        return await Cluster.RunAsync(args, async args =>
        {
            var builder = WebApplication.CreateBuilder();
            builder.UseCluster();
            var app = builder.Build();
            app.MapGet("/", () => $"Response from Worker {Environment.ProcessId}");
            await app.RunAsync(url);
        });
        // </snippet>
    }
}
