namespace Drover.Bench.Report;

/// <summary>Bars on one scale.</summary>
sealed record Panel(string Title, IReadOnlyList<Bar> Bars)
{
    public double Scale => Bars.Max(bar => Math.Max(bar.Max, bar.Goal ?? 0)) * 1.02;
}
