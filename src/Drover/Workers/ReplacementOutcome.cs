namespace Drover.Workers;

/// <summary>What came of one replacement. Neither: the old worker was leaving anyway.</summary>
internal readonly record struct ReplacementOutcome(ForkedWorker? Successor, ReloadFailure? Failure);
