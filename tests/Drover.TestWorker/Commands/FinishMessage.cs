namespace Drover.TestWorker.Commands;

/// <summary>To a web program of the tests: the requests that it holds may end.</summary>
public sealed record FinishMessage(bool Finish);
