using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// How the application learns of a connection's end: the token when nothing more is to be read, and completion when, besides, the
/// descriptor is closed. Both happen on the thread pool: the callbacks are the application's, and may block.
/// </summary>
internal sealed class ConnectionEnd(TransportConnection connection, ILogger logger) : IThreadPoolWorkItem, IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _complete = new(); // Set on the thread pool, so what waits may go on right there.
    private int _missing = 2;

    internal CancellationToken Closed => _closed.Token;

    internal Task Complete => _complete.Task;

    /// <summary>Once.</summary>
    internal void TellApplication() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Once.</summary>
    internal void DescriptorIsClosed()
    {
        if (IsLast()) ThreadPool.UnsafeQueueUserWorkItem(static end => end._complete.SetResult(), this, preferLocal: false);
    }

    public void Dispose() => _closed.Dispose();

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _closed.Cancel();
        }
        catch (Exception exception)
        {
            TransportLog.CallbackFailed(logger, exception, connection.ConnectionId);
        }

        if (IsLast()) _complete.SetResult();
    }

    private bool IsLast() => Interlocked.Decrement(ref _missing) == 0;
}
