namespace Drover.Bench.Report;

/// <summary>A value with its spread.</summary>
sealed record Bar(string Label, double Value, double Min, double Max)
{
    /// <summary>Where a mark says how long the bar should be.</summary>
    public double? Goal { get; init; }

    /// <summary>Drawn in the accent colour.</summary>
    public bool IsOurs { get; init; }
}
