using Microsoft.Extensions.Logging;

namespace Drover;

/// <summary>What <see cref="Cluster.RunAsync"/> does differently from its defaults.</summary>
public sealed class RunOptions
{
    /// <summary>How many workers. Default: what DROVER_WORKERS says, or one per CPU that this process may use (affinity and cgroup limits count).</summary>
    public int? Workers { get; set; }

    /// <summary>What is forked and how. Default: this program, restarted by the default <see cref="RestartPolicy"/>.</summary>
    public ClusterSettings Settings { get; } = new() { Restart = new RestartPolicy { StopOnExitCodes = { RestartPolicy.CannotListenExitCode } } };

    /// <summary>How SIGHUP replaces the workers. Default: one at a time, the new one first.</summary>
    public ReloadOptions Reload { get; } = new();

    /// <summary>Where to log. Default: one line per event on standard error.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>Called with the cluster before the first fork: the place to subscribe to events.</summary>
    public Action<ClusterPrimary>? OnPrimary { get; set; }
}
