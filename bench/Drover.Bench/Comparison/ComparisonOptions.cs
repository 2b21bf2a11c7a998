namespace Drover.Bench.Comparison;

/// <summary>Durations are in whole seconds, because wrk counts in them.</summary>
sealed record ComparisonOptions(
    int Rounds, int Seconds, int Warmup, int Workers, int Connections, int Spawns, bool Quick, Selection Only, string Out)
{
    public static ComparisonOptions Parse(IEnumerable<string> args)
    {
        var reader = new OptionReader(args);
        var quick = reader.Flag("--quick");
        var only = new Selection(reader.Texts("--only"), Measure.All, TargetName.All);
        var options = new ComparisonOptions(
            reader.Positive("--rounds", quick ? 1 : 5),
            reader.Positive("--seconds", quick ? 1 : 4),
            reader.Positive("--warmup", quick ? 1 : 2),
            reader.Positive("--workers", 2),
            reader.Positive("--connections", 64),
            reader.Positive("--spawns", quick ? 3 : 10),
            quick,
            only,
            reader.Text("--out") ?? DefaultOut(quick, only));
        reader.End();
        return options;
    }

    /// <summary>Only a whole run may replace the numbers that the project shows.</summary>
    static string DefaultOut(bool quick, Selection only) => quick || !only.IsEverything
        ? Path.Combine(Repository.Results, "local", quick ? "quick.json" : "partial.json")
        : Path.Combine(Repository.Results, "latest.json");
}
