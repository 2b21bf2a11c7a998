using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Drover.Workers;

/// <summary>
/// Raises a cluster's events in order, one after the other, on the thread pool: a handler that blocks holds up later events, never a
/// connection.
/// </summary>
internal sealed class ClusterEvents : IAsyncDisposable
{
    // A message handler that never returns must not keep the end of its worker a secret.
    private static readonly TimeSpan PatienceWithMessages = TimeSpan.FromSeconds(5);

    private readonly Channel<(Action Raise, Task? After)> _queue =
        Channel.CreateUnbounded<(Action, Task?)>(new UnboundedChannelOptions { SingleReader = true });

    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Task _pump;

    internal ClusterEvents(ILogger logger, TimeProvider time)
    {
        _logger = logger;
        _time = time;
        _pump = Task.Run(PumpAsync);
    }

    internal event Action<ClusterSettings>? OnSetup;

    internal event Action<Worker>? OnFork;

    internal event Action<Worker>? OnOnline;

    internal event Action<Worker, ListeningAddress>? OnListening;

    internal event Action<Worker>? OnDisconnect;

    internal event Action<Worker, int?, Signal?>? OnExit;

    internal event Action<Worker, string>? OnGiveUp;

    internal void Setup(ClusterSettings settings) => Post(() => OnSetup?.Invoke(settings));

    internal void Forked(ForkedWorker worker) => Post(() => OnFork?.Invoke(worker));

    internal void Online(ForkedWorker worker)
    {
        Post(() => OnOnline?.Invoke(worker));
        Post(worker.RaiseOnline);
    }

    internal void Listening(ForkedWorker worker, ListeningAddress address)
    {
        Post(() => OnListening?.Invoke(worker, address));
        Post(() => worker.RaiseListening(address));
    }

    /// <summary><paramref name="messages"/>: the worker's last messages come first.</summary>
    internal void Disconnected(ForkedWorker worker, Task messages)
    {
        Post(worker.RaiseDisconnect, messages);
        Post(() => OnDisconnect?.Invoke(worker));
    }

    internal void Exited(ForkedWorker worker, Task messages)
    {
        Post(worker.RaiseExit, messages);
        Post(() => OnExit?.Invoke(worker, worker.ExitCode, worker.ExitSignal));
    }

    internal void GaveUp(ForkedWorker worker, string reason) => Post(() => OnGiveUp?.Invoke(worker, reason));

    /// <summary>Completes when the events so far have been raised.</summary>
    internal Task FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_queue.Writer.TryWrite((done.SetResult, null))) done.SetResult();
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _pump;
    }

    // Handlers are looked up when an event is raised, not when it is posted: whoever subscribes right after Fork() still gets it.
    private void Post(Action raise, Task? after = null) => _queue.Writer.TryWrite((raise, after));

    private async Task PumpAsync()
    {
        await foreach (var (raise, after) in _queue.Reader.ReadAllAsync())
        {
            try
            {
                if (after is { IsCompleted: false }) await Task.WhenAny(after, Task.Delay(PatienceWithMessages, _time));
                raise();
            }
            catch (Exception exception)
            {
                WorkerLog.HandlerFailed(_logger, exception);
            }
        }
    }
}
