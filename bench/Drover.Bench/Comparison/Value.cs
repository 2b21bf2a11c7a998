namespace Drover.Bench.Comparison;

/// <summary>What one round said about one measure of one target.</summary>
readonly record struct Value(string Measure, string Target, int Round, double Number, int Errors = 0)
{
    /// <summary>Of an answer, where the measure is a load.</summary>
    public double? P50Microseconds { get; init; }

    public double? P99Microseconds { get; init; }
}
