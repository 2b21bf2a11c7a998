namespace Drover.Listening;

/// <summary>The one that opens servers in this process.</summary>
internal static class ServerHost
{
    private static readonly Lazy<StandaloneServerHost> Standalone = new(() => new StandaloneServerHost());

    internal static IServerHost Current => Cluster.CurrentWorker is { } worker ? worker : Standalone.Value;
}
