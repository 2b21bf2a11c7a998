namespace Drover.Bench.Processes;

/// <summary>A program, its arguments, and what is added to its environment.</summary>
sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public override string ToString() => $"{Program} {string.Join(' ', Arguments)}";
}
