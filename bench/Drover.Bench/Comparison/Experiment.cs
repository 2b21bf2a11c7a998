namespace Drover.Bench.Comparison;

/// <summary>One thing that is measured once in every round.</summary>
abstract class Experiment
{
    public abstract string Target { get; }

    public abstract IReadOnlyList<Measure> Measures { get; }

    public string Name => $"{Measures[0].Name} {Target}";

    public abstract Task RunAsync(int round, Findings findings, CancellationToken ct);
}
