namespace Drover.Workers;

/// <summary>
/// Tells a hung worker from one that starts, one that gets no CPU, and a primary that did not run itself. Pure: times in milliseconds
/// of the machine's monotonic clock come in, a verdict comes out.
/// </summary>
internal sealed class HangDetector(HangPolicy policy)
{
    // Longer than this between two looks, the primary itself was held up, and most likely everybody was.
    private const long LongestLook = 150;

    // From this on it is worth asking the kernel what the worker does.
    private const long Suspicious = 100;

    private long _lastLook;
    private long _excused;
    private ProcessTimes? _atSuspicion;
    private long _suspectedAt;

    /// <param name="now">The time of this look.</param>
    /// <param name="heartbeat">The time of the last heartbeat; 0 while there was none.</param>
    /// <param name="times">What the worker's threads have got of the CPU so far; asked only when it is of interest. Null when unknown.</param>
    internal HangVerdict Look(long now, long heartbeat, Func<ProcessTimes?> times)
    {
        var sinceLook = _lastLook == 0 ? 0 : now - _lastLook;
        _lastLook = now;
        if (sinceLook > LongestLook) _excused = now;
        if (heartbeat == 0) return HangVerdict.Reacts;

        var silence = now - Math.Max(heartbeat, _excused);
        if (silence < Suspicious)
        {
            _atSuspicion = null;
            return HangVerdict.Reacts;
        }

        if (_atSuspicion is null)
        {
            _atSuspicion = times();
            _suspectedAt = now;
        }

        if (!IsLonger(silence, policy.SuspendAfter) && !IsKnownToHang(_atSuspicion)) return HangVerdict.Reacts;
        if (_atSuspicion is { } before && times() is { } after && IsStarved(before, after, now - _suspectedAt))
        {
            // It would react if it could. The silence counts from here, and so does its waiting.
            _excused = now;
            _atSuspicion = null;
            return HangVerdict.Reacts;
        }

        return IsLonger(silence, policy.EndAfter) ? HangVerdict.MustEnd : HangVerdict.Hangs;
    }

    // A stopped process does not react, however long one waits.
    private bool IsKnownToHang(ProcessTimes? times) => times is { IsStopped: true } && policy.SuspendAfter != Timeout.InfiniteTimeSpan;

    // It wanted to run and was not let, most of the time, or right now.
    private static bool IsStarved(ProcessTimes before, ProcessTimes after, long elapsed) =>
        elapsed > 0 && after.RunMilliseconds - before.RunMilliseconds < elapsed / 4
        && (after.CanRun || after.WaitMilliseconds - before.WaitMilliseconds > elapsed / 2);

    private static bool IsLonger(long silence, TimeSpan limit) => limit != Timeout.InfiniteTimeSpan && silence > limit.TotalMilliseconds;
}
