namespace Drover.Workers;

/// <summary>Two workers of one instance: the new one is being started, the old one still serves.</summary>
/// <param name="Old">The worker that is to end when the other is ready.</param>
/// <param name="Successor">The worker that was forked for it.</param>
/// <param name="History">The old worker's restarts, which it gets back when the successor fails.</param>
internal sealed record Replacement(ForkedWorker Old, ForkedWorker Successor, RestartHistory? History);
