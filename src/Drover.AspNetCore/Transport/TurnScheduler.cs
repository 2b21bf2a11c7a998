using System.IO.Pipelines;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Runs the receivers' turns on the thread pool, and what a turn has made ready right behind it on the same thread: the application
/// gets its bytes warm and without a second hop, and the receiver is already waiting again, so an application that blocks does not hold
/// it up. A turn begins when a thread takes it up: a worker claims no more requests than it works on.
/// </summary>
internal sealed class TurnScheduler(ApplicationScheduler application) : PipeScheduler
{
    private static readonly Action<object?> RunTurn = Run;

    [ThreadStatic]
    private static bool t_inTurn;

    [ThreadStatic]
    private static (Action<object?> Call, object? State) t_next;

    /// <summary>The pipe's continuations: the application's, mostly.</summary>
    public override void Schedule(Action<object?> action, object? state)
    {
        if (t_inTurn && t_next.Call is null) t_next = (action, state);
        else application.Schedule(action, state);
    }

    internal void ScheduleTurn(Action turn) => application.Schedule(RunTurn, turn);

    private static void Run(object? turn)
    {
        t_inTurn = true;
        try
        {
            ((Action)turn!)();
        }
        finally
        {
            t_inTurn = false;
        }

        var (call, state) = t_next;
        if (call is null) return;
        t_next = default;
        call(state);
    }
}
