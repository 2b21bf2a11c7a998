namespace Drover.Bench.Comparison;

/// <summary>The values of one measure in several rounds, and what to say about them.</summary>
sealed class Samples(IEnumerable<double> values)
{
    readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    public double Min => _sorted[0];

    public double Max => _sorted[^1];

    public double Median => Middle(_sorted);

    /// <summary>The value below which this part of the values lies; 1 is the largest.</summary>
    public double Quantile(double part) => _sorted[Math.Min(_sorted.Length - 1, (int)(_sorted.Length * part))];

    /// <summary>Median of the distances from the median: a spread that one odd round does not blow up.</summary>
    public double MedianDeviation
    {
        get
        {
            var median = Median;
            return Middle([.. _sorted.Select(value => Math.Abs(value - median)).Order()]);
        }
    }

    static double Middle(double[] sorted)
    {
        var half = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
