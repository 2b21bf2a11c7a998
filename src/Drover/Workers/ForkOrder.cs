namespace Drover.Workers;

/// <summary>What a worker is forked with and for.</summary>
/// <param name="Settings">A copy made for this worker.</param>
internal sealed record ForkOrder(ClusterSettings Settings)
{
    /// <summary>What the program changed in the cluster's settings for this worker; its successors get the same. Null: nothing.</summary>
    internal Action<ClusterSettings>? Configure { get; init; }

    /// <summary>The restarts of its instance; null when nothing takes its place.</summary>
    internal RestartHistory? History { get; init; }

    /// <summary>Which reload's settings these are: a worker with a lower number than the last reload's is an old one.</summary>
    internal int Generation { get; init; }

    /// <summary>It gets no connections before <see cref="ForkedWorker.Activate"/>.</summary>
    internal bool IsWithheld { get; init; }

    /// <summary>It waits to take the place of one that dies.</summary>
    internal bool IsSpare { get; init; }

    /// <summary>The last lines of its standard error are kept, to say why it was not fit.</summary>
    internal bool RemembersErrors { get; init; }
}
