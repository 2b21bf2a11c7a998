namespace Drover;

/// <summary>
/// How <see cref="ClusterPrimary.ReloadAsync"/> replaces the workers. The defaults replace one at a time, each by a new one that listens
/// already, so that there is no moment with fewer workers.
/// </summary>
public sealed class ReloadOptions
{
    /// <summary>
    /// How many workers more than usual there may be: so many new ones are started at a time, each beside the old one that it replaces.
    /// Default: 1. Zero only together with <see cref="MaxUnavailable"/>.
    /// </summary>
    public int MaxSurge { get; set; } = 1;

    /// <summary>
    /// How many workers fewer than usual there may be: so many old ones are ended at a time before their successors are started. Saves
    /// memory and costs capacity; also, a new version that fails has already cost its predecessor, for which a worker with the old settings
    /// is started again. Default: 0.
    /// </summary>
    public int MaxUnavailable { get; set; }

    /// <summary>
    /// How long a new worker may take from its start until it listens (or is online, where its predecessor never listened) and passes its
    /// <see cref="ReadinessProbe"/>. Default: 60 s.
    /// </summary>
    public TimeSpan ReadyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a new worker must live on once it is ready, beside the old one, before it counts: one that ends within this time stops the
    /// reload. Default: zero.
    /// </summary>
    public TimeSpan SettleTime { get; set; }

    /// <summary>
    /// Asks a new worker that listens whether it is ready, for example by <see cref="Worker.InvokeAsync{TRequest, TResponse}(TRequest, TimeSpan?, CancellationToken)"/>.
    /// False or an exception: it is asked again after 200 ms, until <see cref="ReadyTimeout"/>. Until it is ready the worker gets no
    /// connections, except with the policy <c>shared</c>. Called in the primary, on the thread pool, for several workers at a time when
    /// they are replaced in batches. The token is cancelled when the answer is of no use any more. Default: null, nothing is asked.
    /// </summary>
    public Func<Worker, CancellationToken, Task<bool>>? ReadinessProbe { get; set; }

    /// <summary>Checks the values and copies them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense; the message names the property and the rule.</exception>
    internal ReloadOptions CheckedCopy()
    {
        Require(MaxSurge >= 0, nameof(MaxSurge), MaxSurge, "must not be negative");
        Require(MaxUnavailable >= 0, nameof(MaxUnavailable), MaxUnavailable, "must not be negative");
        Require(MaxSurge + MaxUnavailable > 0, nameof(MaxSurge), MaxSurge, $"and {nameof(MaxUnavailable)} must not both be zero: nothing could be replaced");
        Require(ReadyTimeout > TimeSpan.Zero, nameof(ReadyTimeout), ReadyTimeout, "must be more than zero");
        Require(SettleTime >= TimeSpan.Zero, nameof(SettleTime), SettleTime, "must not be negative");
        return (ReloadOptions)MemberwiseClone();
    }

    private static void Require(bool condition, string property, object value, string rule)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(property, value, $"{nameof(ReloadOptions)}.{property} {rule}.");
    }
}
