namespace Drover.Listening;

/// <summary>The one that opens servers in this process.</summary>
internal static class ServerHost
{
    private static readonly Lazy<StandaloneServerHost> Standalone = new(() => new StandaloneServerHost());

    internal static IServerHost Current => Cluster.CurrentWorker is { } worker ? worker : Standalone.Value;

    internal static async Task<(IServerHost Host, WorkerServer Server)> OpenAsync(
        ListenRequest request, ClusterListenOptions options, bool inlineContinuations, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var host = Current;
        var opening = host.ListenAsync(request, options, inlineContinuations);
        try
        {
            return (host, await opening.WaitAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (!opening.IsCompleted)
        {
            // Nobody will take connections from it, so it must not stay open when it opens after all.
            _ = opening.ContinueWith(opened => host.CloseAsync(opened.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            throw;
        }
    }
}
