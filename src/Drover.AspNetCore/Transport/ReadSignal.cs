using System.Runtime.CompilerServices;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// "There is something to read", remembered: an edge is reported once, and the receiving side may be in the middle of a turn when it
/// comes. Awaiting it ends the turn in any case, and allocates nothing.
/// </summary>
internal sealed class ReadSignal(TurnScheduler turns) : ICriticalNotifyCompletion
{
    private const int Nothing = 0;
    private const int Waiting = 1;
    private const int Ready = 2;

    private int _state;
    private Action? _turn;

    public bool IsCompleted => false;

    public ReadSignal GetAwaiter() => this;

    /// <summary>A turn begins. An edge from here on makes another one.</summary>
    public void GetResult() => Interlocked.Exchange(ref _state, Nothing);

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        _turn = continuation;
        if (Interlocked.CompareExchange(ref _state, Waiting, Nothing) != Nothing) turns.ScheduleTurn(continuation);
    }

    /// <summary>Any thread.</summary>
    internal void Set()
    {
        if (Interlocked.Exchange(ref _state, Ready) == Waiting) turns.ScheduleTurn(_turn!);
    }
}
