namespace Drover.Bench.Article;

/// <param name="SharePercent">Of one core, for each worker.</param>
/// <param name="CrashWithin">Seconds within which each worker exits, in the run with crashes.</param>
sealed record ArticleOptions(
    IReadOnlyList<int> Workers, int Seconds, int Warmup, int SharePercent, int Clients, int CrashWithin, int Seed,
    bool Node, bool DutyCycle, bool Quick, string Out)
{
    /// <summary>CPU time of one request: the article's 8 workers answered 2,037 a second on 8 logical CPUs, its one process 309.</summary>
    public const double RequestMilliseconds = 3.2;

    public static ArticleOptions Parse(IEnumerable<string> args)
    {
        var reader = new OptionReader(args);
        var quick = reader.Flag("--quick");
        IReadOnlyList<int> workers = [.. reader.Texts("--workers").Select(text => OptionReader.ParsePositive("--workers", text)).Order()];
        if (workers.Count == 0)
            workers = quick ? [1, 2] : [1, 2, 4, 8];
        var share = Math.Min(100, reader.Positive("--share", DefaultShare(workers[^1])));
        var options = new ArticleOptions(
            workers,
            reader.Positive("--seconds", quick ? 2 : 10),
            reader.Positive("--warmup", quick ? 1 : 3),
            share,
            reader.Positive("--clients", PublishedRun.Clients * share / 100),
            reader.Positive("--crash-within", quick ? 2 : 10),
            reader.Positive("--seed", 1),
            reader.Flag("--node"),
            reader.Flag("--duty-cycle"),
            quick,
            reader.Text("--out") ?? Path.Combine(Repository.Results, quick ? "local/article.json" : "article.json"));
        reader.End();
        return options;
    }

    /// <summary>The workers together get 60 % of the machine: the client, the primary and starting workers need the rest.</summary>
    static int DefaultShare(int workers) => Math.Clamp(60 * Environment.ProcessorCount / workers, 1, 100);
}
