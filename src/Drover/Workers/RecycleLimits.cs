using System.Globalization;

namespace Drover.Workers;

/// <summary>The limits of one worker, chance included. Pure.</summary>
/// <param name="policy">The limits of all.</param>
/// <param name="chance">A random number from 0 to 1, drawn for this worker.</param>
internal sealed class RecycleLimits(RecyclePolicy policy, double chance)
{
    private const double Megabyte = 1024 * 1024;

    private readonly double _share = 1 - (policy.Jitter * chance);

    /// <summary>Null: no limit. To be asked before the memory is measured, which is the costly part.</summary>
    internal long? MemoryBytes => policy.MaxMemoryBytes is { } bytes ? (long)(bytes * _share) : null;

    /// <summary>Why the worker is to be replaced, for people; null when it is not.</summary>
    internal string? Exceeded(in WorkerUsage usage)
    {
        if (MemoryBytes is { } bytes && usage.MemoryBytes > bytes)
            return string.Create(CultureInfo.InvariantCulture, $"it uses {usage.MemoryBytes / Megabyte:0.#} MB of {bytes / Megabyte:0.#} MB");
        if (policy.MaxAge is { } age && usage.Age >= age * _share)
            return string.Create(CultureInfo.InvariantCulture, $"it has lived for {usage.Age.TotalSeconds:0} s");
        if (policy.MaxRequests is { } requests && usage.Requests >= Math.Max(1, (long)(requests * _share)))
            return string.Create(CultureInfo.InvariantCulture, $"it has begun {usage.Requests} requests");
        return null;
    }
}
