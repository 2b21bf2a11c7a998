using System.Security.Cryptography.X509Certificates;
using Drover.TestWorker.Commands;

namespace Drover.TestWorker;

/// <summary>Web applications on Kestrel.</summary>
[Behaviours]
internal static class WebBehaviours
{
    private static readonly TaskCompletionSource Finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record HoldingMessage(int Holding);

    /// <summary>
    /// Kestrel on the URL, with TLS when a certificate and its key follow. GET / answers the worker's id; GET /hold tells the primary
    /// that it runs, and answers when the primary sends {finish: true}.
    /// </summary>
    public static async Task<int> WebApp(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.UseCluster();
        if (args.Length == 3)
        {
            var certificate = X509Certificate2.CreateFromPemFile(args[1], args[2]);
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https => https.ServerCertificate = certificate));
        }

        var app = builder.Build();
        using var finishing = Cluster.Worker!.OnMessage<FinishMessage>(_ => Finish.TrySetResult());
        app.MapGet("/", () => Cluster.Worker!.Id.ToString());
        app.MapGet("/hold", async () =>
        {
            await Cluster.Worker!.SendAsync(new HoldingMessage(Cluster.Worker!.Id));
            await Finish.Task;
            return $"finished {Cluster.Worker!.Id}";
        });
        await app.RunAsync(args[0]);
        return 0;
    }
}
