using System.Diagnostics;

namespace Drover.Bench.Survival.Clients;

/// <summary>
/// The moment at which clients stop. What was due before it is still sent, however late: leaving that out would hide the end of a stall.
/// </summary>
sealed class Closing
{
    long _time = long.MaxValue;

    public bool HasPassed(long due) => due >= Volatile.Read(ref _time);

    public void Now() => Volatile.Write(ref _time, Stopwatch.GetTimestamp());

    /// <summary>What was due is not sent either.</summary>
    public void AtOnce() => Volatile.Write(ref _time, long.MinValue);
}
