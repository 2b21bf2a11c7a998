namespace Drover.Bench.Comparison;

/// <summary>What the HTTP client does.</summary>
/// <param name="Throughput">The measure that this load fills.</param>
sealed record Load(Measure Throughput, IReadOnlyList<string> Headers)
{
    public static readonly Load KeepAlive = new(Measure.KeepAlive, []);
    public static readonly Load NewConnections = new(Measure.NewConnections, ["Connection: close"]);
}
