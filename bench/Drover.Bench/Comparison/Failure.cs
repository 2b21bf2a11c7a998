namespace Drover.Bench.Comparison;

/// <summary>A measurement that could not be made, and why.</summary>
readonly record struct Failure(string Experiment, int Round, string Reason);
