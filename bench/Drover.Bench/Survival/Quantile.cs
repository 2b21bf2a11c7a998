using Drover.Bench.Comparison;

namespace Drover.Bench.Survival;

/// <summary>A quantile of the times of requests, as a measure in milliseconds.</summary>
sealed record Quantile(string Title, double Part, Measure Measure)
{
    static readonly IReadOnlyList<(string Title, double Part)> Parts = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999), ("max", 1)];

    /// <param name="when">Which requests: the first part of the measures' names.</param>
    public static IReadOnlyList<Quantile> All(string when) =>
    [
        .. Parts.Select(part => new Quantile(
            part.Title, part.Part, new Measure($"{when}-{part.Title}", $"{part.Title}, {when}, ms", TargetName.NodeRoundRobin, 2))),
    ];
}
