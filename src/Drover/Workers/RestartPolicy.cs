namespace Drover;

/// <summary>
/// Whether, when and how often a worker that has ended is replaced. Set it in the primary; it is read when an instance is first
/// forked, and later changes have no effect on that instance.
/// </summary>
/// <remarks>
/// A worker that was asked to disconnect, or announced that it leaves, is never replaced by this policy. Two limits hold apart
/// from one another: the back-off, which paces restarts, and the number of restarts in a window of time, after which the instance
/// is given up. Both count for one instance.
/// </remarks>
public sealed class RestartPolicy
{
    /// <summary>
    /// The exit code of a worker of <see cref="Cluster.RunAsync"/> that cannot listen on its address (78, EX_CONFIG of sysexits.h): another
    /// attempt would fail the same way, so <see cref="Cluster.RunAsync"/> does not restart after it.
    /// </summary>
    public const int CannotListenExitCode = 78;

    /// <summary>
    /// The delay before the second restart in a row. The first is immediate, and each later one waits twice as long as the one
    /// before. Default: 100 ms.
    /// </summary>
    public TimeSpan InitialDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest delay. Default: 15 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The share of each delay that is left to chance, from 0 to 1, so that workers that fell together do not rise together:
    /// with the default of 0.2, a delay of 10 s becomes one between 8 s and 10 s.
    /// </summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>
    /// How many restarts are allowed within <see cref="Window"/>; instead of one more, the instance is given up. Default: 10.
    /// </summary>
    public int MaxRestarts { get; set; } = 10;

    /// <summary>The time over which <see cref="MaxRestarts"/> counts. Default: 60 s.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A worker that has been listening for this long was healthy: the restart after it is immediate again. Default: 30 s.
    /// </summary>
    public TimeSpan ResetAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Exit codes after which a worker is not replaced, such as the one by which a program reports a wrong configuration.
    /// Default: none.
    /// </summary>
    public ISet<int> StopOnExitCodes { get; private set; } = new HashSet<int>();

    /// <summary>Whether a worker that ends by itself with exit code 0 is replaced. Default: true.</summary>
    public bool RestartOnExitCodeZero { get; set; } = true;

    /// <summary>Checks the values and copies them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense; the message names the property and the rule.</exception>
    internal RestartPolicy CheckedCopy()
    {
        Require(InitialDelay >= TimeSpan.Zero, nameof(InitialDelay), InitialDelay, "must not be negative");
        Require(MaxDelay >= InitialDelay, nameof(MaxDelay), MaxDelay, $"must not be less than {nameof(InitialDelay)} ({InitialDelay})");
        Require(Jitter is >= 0 and <= 1, nameof(Jitter), Jitter, "must be from 0 to 1");
        Require(MaxRestarts >= 0, nameof(MaxRestarts), MaxRestarts, "must not be negative");
        Require(Window > TimeSpan.Zero, nameof(Window), Window, "must be more than zero");
        Require(ResetAfter >= TimeSpan.Zero, nameof(ResetAfter), ResetAfter, "must not be negative");

        var copy = (RestartPolicy)MemberwiseClone();
        copy.StopOnExitCodes = new HashSet<int>(StopOnExitCodes);
        return copy;
    }

    private static void Require(bool condition, string property, object value, string rule)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(property, value, $"{nameof(RestartPolicy)}.{property} {rule}.");
    }
}
