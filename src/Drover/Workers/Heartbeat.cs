using Drover.Connections;
using Drover.Loop;

namespace Drover.Workers;

/// <summary>
/// Shows the primary that this worker does its work: the loop asks, and a thread of the thread pool, where requests are executed, writes
/// the time where the primary can read it. Either of them that does not get on keeps the heart still.
/// </summary>
internal sealed class Heartbeat(EventLoop loop, HandOffReceiver handOff) : IThreadPoolWorkItem
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private int _asked;

    /// <summary>Loop thread only.</summary>
    internal void Begin()
    {
        if (!handOff.IsOpen) return;
        if (Interlocked.Exchange(ref _asked, 1) == 0) ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        loop.After(Interval, Begin);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _asked, 0);
        handOff.Beat(Environment.TickCount64);
    }
}
