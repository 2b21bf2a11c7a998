using Drover;
using HelloCluster;

// One worker per core on port 5000. The primary forks this same program; Cluster.RunAsync knows which of the two it is in.
return await Cluster.RunAsync(args, async args =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.UseCluster();

    var app = builder.Build();
    app.MapGet("/", () => $"Response from Worker {Environment.ProcessId}\n");
    await app.RunAsync();
},
options => options.OnPrimary = Welcome.Show);
