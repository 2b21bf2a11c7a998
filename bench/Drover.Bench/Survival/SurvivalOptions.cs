using Drover.Bench.Comparison;

namespace Drover.Bench.Survival;

/// <param name="Kills">In one round, of each target.</param>
/// <param name="Reloads">In one round, of each target.</param>
/// <param name="StallSeconds">How long a worker is stopped, and how long is measured before that.</param>
/// <param name="Rate">Requests per second while a worker is stopped.</param>
/// <param name="Pairs">Loads with and without the connection table, in one round.</param>
/// <param name="Markdown">A file for the tables; null for none.</param>
sealed record SurvivalOptions(
    int Rounds, int Kills, int Reloads, int StallSeconds, int Rate, int Connections, int Pairs, bool Quick, Selection Only, string Out, string? Markdown)
{
    /// <summary>Of the clusters that are killed and reloaded.</summary>
    public const int Workers = 2;

    /// <summary>Of the clusters of which one is stopped.</summary>
    public const int StallWorkers = 4;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(Quick ? 0.5 : 2);

    /// <summary>After a kill or a reload: what it does to the clients shows by then.</summary>
    public TimeSpan Settle => TimeSpan.FromSeconds(Quick ? 0.3 : 1.5);

    public static SurvivalOptions Parse(IEnumerable<string> args)
    {
        var reader = new OptionReader(args);
        var quick = reader.Flag("--quick");
        var only = new Selection(reader.Texts("--only"), SurvivalMeasure.All, SurvivalMeasure.Targets);
        var options = new SurvivalOptions(
            reader.Positive("--rounds", quick ? 1 : 5),
            reader.Positive("--kills", quick ? 1 : 2),
            reader.Positive("--reloads", quick ? 1 : 2),
            reader.Positive("--stall", quick ? 1 : 5),
            reader.Positive("--rate", 1000),
            reader.Positive("--connections", 64),
            reader.Positive("--pairs", quick ? 1 : 8),
            quick,
            only,
            reader.Text("--out") ?? DefaultOut(quick, only),
            reader.Text("--markdown"));
        reader.End();
        return options;
    }

    /// <summary>Only a whole run may replace the numbers that the project shows.</summary>
    static string DefaultOut(bool quick, Selection only) => quick || !only.IsEverything
        ? Path.Combine(Repository.Results, "local", quick ? "survival-quick.json" : "survival-partial.json")
        : Path.Combine(Repository.Results, "survival.json");
}
