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
    private static bool _inTurn;

    [ThreadStatic]
    private static (Action<object?> Call, object? State) _next;

    /// <summary>The pipe's continuations: the application's, mostly.</summary>
    public override void Schedule(Action<object?> action, object? state)
    {
        if (_inTurn && _next.Call is null) _next = (action, state);
        else application.Schedule(action, state);
    }

    internal void ScheduleTurn(Action turn) => application.Schedule(RunTurn, turn);

    private static void Run(object? turn)
    {
        _inTurn = true;
        try
        {
            ((Action)turn!)();
        }
        finally
        {
            _inTurn = false;
        }

        var (call, state) = _next;
        if (call is null) return;
        _next = default;
        call(state);
    }
}
