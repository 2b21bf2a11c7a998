using System.Collections.Concurrent;

namespace Drover.FunctionalTests.Support;

/// <summary>What one worker's own events have told, in order: "online", "listening", "disconnect", "exit 0", "exit SIGKILL".</summary>
internal sealed class WorkerEvents
{
    private readonly ConcurrentQueue<string> _events = new();

    internal WorkerEvents(Worker worker)
    {
        worker.Online += () => _events.Enqueue("online");
        worker.Listening += _ => _events.Enqueue("listening");
        worker.Disconnect += () => _events.Enqueue("disconnect");
        worker.Exit += (code, signal) => _events.Enqueue($"exit {code?.ToString() ?? signal?.ToString()}");
    }

    /// <summary>All so far.</summary>
    internal IReadOnlyList<string> All => [.. _events];

    /// <summary>The first events in order; the end of process and channel come in either order, so they are sorted.</summary>
    internal IReadOnlyList<string> UpToTheEnd => [.. All.TakeWhile(IsNoEnd), .. All.SkipWhile(IsNoEnd).Order(StringComparer.Ordinal)];

    private static bool IsNoEnd(string text) => text != "disconnect" && !text.StartsWith("exit", StringComparison.Ordinal);
}
