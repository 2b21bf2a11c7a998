namespace Drover.Bench.Report;

/// <summary>Bars on one scale; they may all be 0.</summary>
sealed record Panel(string Title, IReadOnlyList<Bar> Bars)
{
    public double Scale => Math.Max(1e-9, Bars.Max(bar => Math.Max(bar.Max, bar.Goal ?? 0))) * 1.02;
}
