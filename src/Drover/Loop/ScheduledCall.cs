namespace Drover.Loop;

/// <summary>A call that a loop makes later. Disposing it on the loop's thread before then prevents it.</summary>
internal sealed class ScheduledCall(Action call) : IDisposable
{
    private Action? _call = call;

    internal void Run() => Interlocked.Exchange(ref _call, null)?.Invoke();

    public void Dispose() => Interlocked.Exchange(ref _call, null);
}
