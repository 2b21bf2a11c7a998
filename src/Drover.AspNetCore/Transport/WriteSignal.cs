using System.Runtime.CompilerServices;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// "There is room to write again". The sending side runs on application threads and the edge arrives on the loop's, perhaps just between
/// the send that failed and the wait; so the sender arms the signal, tries once more, and only then waits. While it is not armed,
/// edges are no news: they cost one read.
/// </summary>
internal sealed class WriteSignal : ICriticalNotifyCompletion
{
    private const int Disarmed = 0;
    private const int Armed = 1;
    private const int Raised = 2;
    private const int Waiting = 3;

    private int _state;
    private Action? _waiting;

    /// <summary>Whether an edge has come since arming.</summary>
    public bool IsCompleted => Volatile.Read(ref _state) == Raised;

    public WriteSignal GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        _waiting = continuation;
        if (Interlocked.CompareExchange(ref _state, Waiting, Armed) != Armed) continuation();
    }

    /// <summary>The sender, before the last try.</summary>
    internal void Arm() => Interlocked.Exchange(ref _state, Armed);

    /// <summary>The sender, after a try that got something through.</summary>
    internal void Disarm() => Volatile.Write(ref _state, Disarmed);

    /// <summary>The loop's thread, on an edge. Runs the waiting side at once.</summary>
    internal void Raise()
    {
        if (Volatile.Read(ref _state) == Disarmed) return;
        if (Interlocked.CompareExchange(ref _state, Raised, Armed) == Waiting)
        {
            Volatile.Write(ref _state, Raised);
            _waiting!();
        }
    }
}
