using System.Collections.Concurrent;
using System.IO.Pipelines;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Runs the application's continuations on the thread pool, a batch at a time: what one turn of the loop finds ready is one work item
/// and not hundreds. They may block, so a thread that takes one while others wait first asks for a further thread to take those.
/// </summary>
internal sealed class ApplicationScheduler : PipeScheduler, IThreadPoolWorkItem
{
    // The pool judges its threads by the items they finish, and has others waiting.
    private const long MaxTurnMilliseconds = 15;

    private readonly ConcurrentQueue<(Action<object?> Call, object? State)> _waiting = new();
    private int _threadAsked;

    public override void Schedule(Action<object?> action, object? state)
    {
        _waiting.Enqueue((action, state));
        AskForThread();
    }

    void IThreadPoolWorkItem.Execute()
    {
        // From here on whoever adds a call asks for a thread again; what was added before is seen below.
        Interlocked.Exchange(ref _threadAsked, 0);
        if (!_waiting.TryDequeue(out var next)) return;
        if (!_waiting.IsEmpty) AskForThread();
        var end = Environment.TickCount64 + MaxTurnMilliseconds;
        do
        {
            next.Call(next.State);
            if (Environment.TickCount64 < end) continue;
            if (!_waiting.IsEmpty) AskForThread();
            return;
        }
        while (_waiting.TryDequeue(out next));
    }

    private void AskForThread()
    {
        if (Interlocked.Exchange(ref _threadAsked, 1) == 0) System.Threading.ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
