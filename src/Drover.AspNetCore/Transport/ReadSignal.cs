using System.Runtime.CompilerServices;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// "There is something to read", remembered: an edge is reported once, and the receiving side may be held back by the application when
/// it comes. Belongs to the loop's thread, so it needs no interlocking; awaiting it allocates nothing.
/// </summary>
internal sealed class ReadSignal : ICriticalNotifyCompletion
{
    private Action? _waiting;

    /// <summary>Whether there may be something to read.</summary>
    public bool IsCompleted { get; private set; }

    public ReadSignal GetAwaiter() => this;

    public void GetResult()
    {
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => _waiting = continuation;

    /// <summary>Runs the waiting side at once.</summary>
    internal void Set()
    {
        IsCompleted = true;
        var waiting = _waiting;
        _waiting = null;
        waiting?.Invoke();
    }

    /// <summary>The kernel has nothing more; the next edge sets it again.</summary>
    internal void Reset() => IsCompleted = false;
}
