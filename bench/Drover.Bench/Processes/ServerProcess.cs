using System.Globalization;

namespace Drover.Bench.Processes;

/// <summary>
/// A server that says on stdout who it is: <c>primary PID</c> once, <c>listening PID</c> for each worker (or for itself), <c>exited PID</c>.
/// </summary>
sealed class ServerProcess : IAsyncDisposable
{
    readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Lock _lock = new();
    readonly HashSet<int> _workers = [];
    readonly Action<int>? _onListening;
    readonly int _expected;
    readonly ChildProcess _child;
    int _listened;

    ServerProcess(Command command, int expected, Action<int>? onListening)
    {
        _expected = expected;
        _onListening = onListening;
        _child = ChildProcess.Start(command, OnLine);
    }

    /// <summary>The process that was started: the primary of a cluster, or the only process.</summary>
    public int Id => _child.Id;

    /// <summary>How many workers have died since the start.</summary>
    public int Exits { get; private set; }

    /// <summary>The processes that are listening now.</summary>
    public IReadOnlyList<int> Listening
    {
        get
        {
            lock (_lock)
                return [.. _workers];
        }
    }

    /// <summary>Returns when as many processes as expected have said that they listen; <paramref name="onListening"/> is told of each, now and later.</summary>
    public static async Task<ServerProcess> StartAsync(Command command, int expected, Action<int>? onListening, CancellationToken ct)
    {
        var server = new ServerProcess(command, expected, onListening);
        try
        {
            await server.ReadyAsync(TimeSpan.FromSeconds(20), ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns when the process has ended by itself, or because it was asked to.</summary>
    public Task WaitForExitAsync(TimeSpan timeout, CancellationToken ct) => _child.WaitForExitAsync(timeout, ct);

    public void ThrowIfExited() => _child.ThrowIfExited();

    public ValueTask DisposeAsync() => _child.DisposeAsync();

    async Task ReadyAsync(TimeSpan timeout, CancellationToken ct)
    {
        using var stopWaiting = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var ended = _child.WaitForExitAsync(Timeout.InfiniteTimeSpan, stopWaiting.Token);
        var first = await Task.WhenAny(_ready.Task, ended, Task.Delay(timeout, stopWaiting.Token));
        await stopWaiting.CancelAsync();
        ct.ThrowIfCancellationRequested();
        if (first == _ready.Task)
            return;
        throw new MeasurementException(first == ended
            ? $"the server ended with {await ended} before it listened. {_child.Errors}"
            : $"{Volatile.Read(ref _listened)} of {_expected} processes listened within {timeout.TotalSeconds} s. {_child.Errors}");
    }

    void OnLine(string line)
    {
        if (line.Split(' ') is not [var what, var number] || !int.TryParse(number, CultureInfo.InvariantCulture, out var pid))
            return;
        switch (what)
        {
            case "listening":
                OnListening(pid);
                break;
            case "exited":
                lock (_lock)
                    _workers.Remove(pid);
                Exits++;
                break;
        }
    }

    void OnListening(int pid)
    {
        lock (_lock)
        {
            if (!_workers.Add(pid))
                return;
        }

        _onListening?.Invoke(pid);
        if (++_listened == _expected)
            _ready.TrySetResult();
    }
}
