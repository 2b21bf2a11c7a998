namespace Drover.Workers;

/// <summary>Replaces workers that have used as much as they may, one after the other. Not for the loop's thread.</summary>
internal sealed class Recycler(ClusterCore cluster)
{
    // A version that does not start will not start a second later.
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(30);

    private long _failedAt;

    /// <summary>Replaces the first worker that is due, if there is one, and completes when that is done.</summary>
    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (_failedAt != 0 && cluster.Time.GetElapsedTime(_failedAt) < PauseAfterFailure) return;
        foreach (var worker in cluster.Serving)
        {
            if (worker.Limits is not { } limits || Exceeded(worker, limits) is not { } reason) continue;
            RecycleLog.Due(cluster.Logger, worker.ProcessId, reason);
            var failure = await cluster.Changes.RecycleAsync(worker, cancellationToken);
            _failedAt = failure is null or { Reason: ReloadFailureReason.Interrupted } ? 0 : cluster.Time.GetTimestamp();
            if (_failedAt != 0) RecycleLog.Failed(cluster.Logger, worker.ProcessId, failure!.Message);
            return;
        }
    }

    private static string? Exceeded(ForkedWorker worker, RecycleLimits limits)
    {
        var memory = limits.MemoryBytes is { } bytes ? ProcessMemory.Measure(worker.ProcessId, bytes) : 0;
        return limits.Exceeded(new WorkerUsage(memory, worker.Age, worker.RequestsBegun));
    }
}
