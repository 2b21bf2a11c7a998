using Drover;

return await Cluster.RunAsync(args, async args =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.UseCluster();

    var app = builder.Build();
    app.MapGet("/", () => $"Response from Worker {Environment.ProcessId}\n");
    await app.RunAsync();
});
