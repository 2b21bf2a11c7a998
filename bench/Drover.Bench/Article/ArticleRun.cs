namespace Drover.Bench.Article;

/// <summary>One line of the report.</summary>
/// <param name="CpuPercent">What a worker really got of one core while it was measured; null with crashes, where workers come and go.</param>
sealed record ArticleRun(string Target, int Workers, bool IsCrashing, int Crashes, double? CpuPercent, Tally Tally)
{
    public string Title => TitleOf(Target, Workers, IsCrashing);

    public static string TitleOf(string target, int workers, bool isCrashing) =>
        $"{target}, {workers} {(workers == 1 ? "worker" : "workers")}{(isCrashing ? ", crashing" : "")}";
}
