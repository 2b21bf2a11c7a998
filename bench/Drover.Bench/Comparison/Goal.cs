namespace Drover.Bench.Comparison;

/// <summary>What the project promises: the ratio of two targets, and the side of a bound on which it must be.</summary>
/// <param name="To">Null: the bound is of the measure itself.</param>
sealed record Goal(Measure Measure, string Target, string? To, double Bound, bool AtMost = false)
{
    public static readonly IReadOnlyList<Goal> All =
    [
        new(Measure.KeepAlive, TargetName.DroverRoundRobin, TargetName.Kestrel, 0.95),
        new(Measure.NewConnections, TargetName.DroverRoundRobin, TargetName.Kestrel, 0.85),
        new(Measure.NewConnections, TargetName.DroverRoundRobin, TargetName.NodeRoundRobin, 2),
        new(Measure.PrimaryCpu, TargetName.DroverRoundRobin, TargetName.NodeRoundRobin, 0.25, AtMost: true),
        new(Measure.Sequential, TargetName.Drover, TargetName.Node, 3),
        new(Measure.Pipelined, TargetName.Drover, TargetName.Node, 3),
        new(Measure.OneWay, TargetName.Drover, TargetName.Node, 3),
    ];

    public string Title => $"{Measure.Name}: {TargetName.Title(Target)}{(To is null ? "" : $" / {TargetName.Title(To)}")}";

    public string Condition => $"{(AtMost ? "<=" : ">=")} {Bound:0.00}";

    /// <summary>What is compared to the bound; null when it was not measured.</summary>
    public Samples? In(Findings findings) => To is null ? findings.Of(Measure, Target) : findings.Ratio(Measure, Target, To);

    public bool IsMetBy(double ratio) => AtMost ? ratio <= Bound : ratio >= Bound;
}
