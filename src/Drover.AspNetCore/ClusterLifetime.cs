using Drover.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore;

/// <summary>Stops the application when the worker is to end, and gives the worker the application's logger.</summary>
internal sealed class ClusterLifetime(CurrentWorker worker, IHostApplicationLifetime application, ILoggerFactory loggers) : IHostedLifecycleService
{
    private readonly ILogger _logger = loggers.CreateLogger("Drover");
    private CancellationTokenRegistration _registration;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        worker.Logger = _logger;
        worker.OwnLifetime();

        // A signal to this process alone stops it as well. Its port must not be closed meanwhile, even if its last requests take long.
        // And its idle connections are moved first, before the server closes them.
        application.ApplicationStopping.Register(worker.BeginStopping);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        // Not before the application has started: stopping one that is starting leaves it half-open.
        _registration = worker.Disconnecting.Register(() =>
        {
            ClusterLifetimeLog.Stopping(_logger, worker.Id, worker.ExitedAfterDisconnect == true ? "the primary asks for it" : "the primary is gone");
            application.StopApplication();
        });
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await _registration.DisposeAsync();
        if (cancellationToken.IsCancellationRequested) ClusterLifetimeLog.Cut(_logger, worker.Id, worker.DrainTimeout.TotalSeconds);
    }
}
