using System.IO.Pipelines;
using Drover.Loop;

namespace Drover.AspNetCore.Transport;

/// <summary>Continues on the loop's thread. Pipes ask for it only when a paused side goes on, so the closure is rare.</summary>
internal sealed class LoopScheduler(EventLoop loop) : PipeScheduler
{
    public override void Schedule(Action<object?> action, object? state)
    {
        // A loop that has died takes no calls, and what waits for this one must still come to its end.
        if (!loop.Post(() => action(state))) ThreadPool.Schedule(action, state);
    }
}
