using Drover.Interop;

namespace Drover.Loop;

/// <summary>
/// In a quick dialogue the answer is often there before this thread has gone to sleep, and waking it again would take longer than both
/// sides need for their work. So a loop that has just handled messages looks a few times more before it sleeps; but only as long as
/// that pays, so that a message now and then costs no processor time.
/// </summary>
internal sealed class BriefSpin(TimeProvider time)
{
    private const int CreditOfSuccess = 8;
    private const int TrialEvery = 64;

    private static readonly TimeSpan Longest = TimeSpan.FromMicroseconds(40);

    private int _credit = CreditOfSuccess;
    private int _skipped;

    /// <summary>How many descriptors are ready; 0 when none was in time.</summary>
    internal int TryWait(Epoll epoll, ref bool hasPosted)
    {
        if (_credit == 0 && ++_skipped % TrialEvery != 0) return 0;
        var begun = time.GetTimestamp();
        do
        {
            if (epoll.Wait(0) is var ready and > 0)
            {
                _credit = CreditOfSuccess;
                return ready;
            }
        }
        while (!Volatile.Read(ref hasPosted) && time.GetElapsedTime(begun) < Longest);

        _credit = Math.Max(0, _credit - 1);
        return 0;
    }
}
