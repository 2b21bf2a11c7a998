namespace Drover.Bench.Article;

/// <summary>
/// What the article of 2021 measured: Node 14, 8 logical CPUs, <c>ab -c 500 -t 10</c>. Times in milliseconds.
/// </summary>
sealed record PublishedRun(string Title, int Workers, double PerSecond, double Mean, double P50, double P99, int Failed, int Total)
{
    public const int Clients = 500;

    public static readonly IReadOnlyList<PublishedRun> All =
    [
        new("article: one process", 1, 308.76, 1619, 1420, 1625, 0, 3502),
        new("article: 8 workers", 8, 2037.39, 245, 241, 290, 0, 20374),
        new("article: 8 workers, crashing", 8, 2019.91, 248, 241, 287, 12, 20200),
    ];
}
