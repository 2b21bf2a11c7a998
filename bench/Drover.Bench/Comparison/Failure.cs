namespace Drover.Bench.Comparison;

/// <summary>A measurement that could not be made, and why.</summary>
/// <param name="Round">0: before the first.</param>
readonly record struct Failure(string Experiment, int Round, string Reason);
