namespace Drover;

/// <summary>
/// When a worker that does not react counts as hung, and what is done about it. A C# worker's thread pool makes a heartbeat 20 times a
/// second; a stopped process, a blocked thread pool, a long garbage collection or endless loops on all threads keep it from that. A
/// worker that merely gets no CPU is told apart by its run delay. Set it in the primary, before the fork.
/// </summary>
public sealed class HangPolicy
{
    /// <summary>
    /// After so long without a heartbeat a worker gets no connections, and its idle connections and unread requests go to others. It
    /// gets new ones as soon as it reacts again. Of a process that a signal has stopped this is known after 100 ms already.
    /// Default: 250 ms. <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan SuspendAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// After so long without a heartbeat a worker with a <see cref="RestartPolicy"/> is killed, and replaced; the requests that it had
    /// begun are answered with 503. Default: 30 s. <see cref="Timeout.InfiniteTimeSpan"/>: never.
    /// </summary>
    public TimeSpan EndAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A directory for a memory dump of a hung worker, written before it is killed, for <c>dotnet-dump analyze</c>. Null (the default):
    /// no dump. A worker whose runtime does not react either, a stopped one for example, leaves none.
    /// </summary>
    public string? DumpDirectory { get; set; }

    internal HangPolicy CheckedCopy()
    {
        Require(SuspendAfter, nameof(SuspendAfter), TimeSpan.FromMilliseconds(100));
        Require(EndAfter, nameof(EndAfter), SuspendAfter);
        return (HangPolicy)MemberwiseClone();
    }

    private static void Require(TimeSpan value, string property, TimeSpan least)
    {
        if (value != Timeout.InfiniteTimeSpan && value < least)
            throw new ArgumentOutOfRangeException(property, value, $"{nameof(HangPolicy)}.{property} must be at least {least}, or Timeout.InfiniteTimeSpan.");
    }
}
