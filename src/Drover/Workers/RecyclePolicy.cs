namespace Drover;

/// <summary>
/// When a worker is replaced although nothing is wrong with it yet: one that leaks, or that is to start afresh now and then. The new worker
/// is ready first, then the old one finishes its requests; one worker at a time. The limits are looked at each second. Set it in the
/// primary, before the fork.
/// </summary>
public sealed class RecyclePolicy
{
    /// <summary>
    /// The most memory a worker may use, in bytes: its proportional set size (PSS), where what it shares with other processes counts in
    /// shares. Null (the default): no limit.
    /// </summary>
    public long? MaxMemoryBytes { get; set; }

    /// <summary>How long a worker lives at most, from its fork. Null (the default): no limit.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>
    /// How many requests a worker begins at most, more or less: it goes on until its successor is ready. Counted for web applications with
    /// UseCluster; other workers count none. Null (the default): no limit.
    /// </summary>
    public long? MaxRequests { get; set; }

    /// <summary>
    /// The share of each limit that is left to chance, from 0 to 1, so that workers that were started together are not all replaced
    /// together: with the default of 0.2, a limit of 1000 becomes one between 800 and 1000, another one for each worker.
    /// </summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>Checks the values and copies them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense; the message names the property and the rule.</exception>
    internal RecyclePolicy CheckedCopy()
    {
        Require(MaxMemoryBytes is null or > 0, nameof(MaxMemoryBytes), MaxMemoryBytes, "must be more than zero");
        Require(MaxAge is not { } age || age > TimeSpan.Zero, nameof(MaxAge), MaxAge, "must be more than zero");
        Require(MaxRequests is null or > 0, nameof(MaxRequests), MaxRequests, "must be more than zero");
        Require(Jitter is >= 0 and <= 1, nameof(Jitter), Jitter, "must be from 0 to 1");
        return (RecyclePolicy)MemberwiseClone();
    }

    private static void Require(bool condition, string property, object? value, string rule)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(property, value, $"{nameof(RecyclePolicy)}.{property} {rule}.");
    }
}
