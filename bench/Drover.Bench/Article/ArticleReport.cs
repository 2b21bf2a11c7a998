using Drover.Bench.Report;

namespace Drover.Bench.Article;

/// <summary>The runs beside the article's figures, as a table, as JSON, and as a picture.</summary>
sealed class ArticleReport(
    Machine machine, ArticleOptions options, string means, IReadOnlyList<ArticleRun> runs, IReadOnlyList<string> failures)
{
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{ArticleOptions.RequestMilliseconds} ms of CPU a request; each worker held to {options.SharePercent} % of a core ({means});");
        output.WriteLine($"{options.Clients} clients, a new connection for each request, {options.Seconds} s");
        foreach (var line in machine.Lines())
            output.WriteLine(line);
        output.WriteLine();
        output.WriteLine(
            $"{"",-31} {"req/s",8} {"times",6} {"mean",6} {"p50",6} {"p99",6} {"failed of",15} {"uptime",9}  {"cpu",5}");
        foreach (var run in runs)
            PrintRun(output, run);
        foreach (var published in PublishedRun.All)
            PrintPublished(output, published);
        output.WriteLine("\nmean, p50, p99: milliseconds. times: to one worker. cpu: of a core, what a worker really got.");
        PrintFailures(output);
    }

    public async Task SaveAsync(CancellationToken ct)
    {
        await JsonFile.WriteAsync(options.Out, ToDocument(), ct);
        var picture = Path.ChangeExtension(options.Out, ".svg");
        await File.WriteAllTextAsync(picture, ToChart().ToSvg(), ct);
        await Console.Error.WriteLineAsync($"\nWritten: {options.Out} and {picture}");
    }

    void PrintRun(TextWriter output, ArticleRun run)
    {
        var tally = run.Tally;
        var cpu = run.CpuPercent is { } percent ? $"{percent:0.0}%" : "";
        output.WriteLine(
            $"{run.Title,-31} {tally.PerSecond,8:#,0.0} {TimesOne(run),6:0.00} {tally.Mean,6:#,0} {tally.Percentile(50),6:#,0} "
            + $"{tally.Percentile(99),6:#,0} {Failed(tally.Failed, tally.Total),15} {tally.UptimePercent,8:0.000}%  {cpu,5}");
    }

    static void PrintPublished(TextWriter output, PublishedRun run) => output.WriteLine(
        $"{run.Title,-31} {run.PerSecond,8:#,0.0} {run.PerSecond / PublishedRun.All[0].PerSecond,6:0.00} {run.Mean,6:#,0} {run.P50,6:#,0} "
        + $"{run.P99,6:#,0} {Failed(run.Failed, run.Total),15} {100.0 * (run.Total - run.Failed) / run.Total,8:0.000}%");

    void PrintFailures(TextWriter output)
    {
        foreach (var run in runs.Where(run => run.IsCrashing || run.Tally.Failed > 0))
        {
            var reasons = run.Tally.Failures.Select(failure => $", {failure.Key} {failure.Value}");
            output.WriteLine($"{run.Title}: {run.Crashes} crashes; failed requests: {run.Tally.Failed}{string.Concat(reasons)}");
        }

        foreach (var failure in failures)
            output.WriteLine($"Not measured: {failure.ReplaceLineEndings("\n    ")}");
    }

    Chart ToChart() => new(
        "CPU-bound requests on more and more workers",
        $"{ArticleOptions.RequestMilliseconds} ms of CPU a request, each worker held to {options.SharePercent} % of a core; {machine.Cpu}, "
        + $"{machine.Cores} cores; {machine.Date:yyyy-MM-dd}",
        "Red mark: as many times one worker as there are workers.",
        [
            .. from target in runs.Select(run => run.Target).Distinct(StringComparer.Ordinal)
               let panel = new Panel($"{target}: requests per second, times one worker", [.. BarsOf(target)])
               where panel.Bars.Count > 0
               select panel,
        ]);

    IEnumerable<Bar> BarsOf(string target) =>
        from run in runs
        where run.Target == target
        let times = TimesOne(run)
        where times is not null
        select BarOf(run, times.Value);

    static Bar BarOf(ArticleRun run, double times) => new($"{run.Workers}{(run.IsCrashing ? ", crashing" : "")}", times, times, times)
    {
        Goal = run.Workers,
        IsOurs = run.Target == ArticleTarget.Drover.Title,
    };

    object ToDocument() => new
    {
        SchemaVersion = 1,
        machine,
        options,
        ShareBy = means,
        ArticleOptions.RequestMilliseconds,
        Runs =
            from run in runs
            select new
            {
                run.Target,
                run.Workers,
                run.IsCrashing,
                run.Crashes,
                run.CpuPercent,
                run.Tally.PerSecond,
                TimesOne = TimesOne(run),
                run.Tally.Mean,
                P50 = run.Tally.Percentile(50),
                P99 = run.Tally.Percentile(99),
                run.Tally.Total,
                run.Tally.Failed,
                run.Tally.UptimePercent,
                FailedBecause = run.Tally.Failures.ToDictionary(failure => $"{failure.Key}", failure => failure.Value),
            },
        Article = PublishedRun.All,
        failures,
    };

    /// <summary>Null when one worker alone was not measured.</summary>
    double? TimesOne(ArticleRun run) =>
        run.Tally.PerSecond / runs.FirstOrDefault(one => one.Target == run.Target && one.Workers == 1 && !one.IsCrashing)?.Tally.PerSecond;

    static string Failed(int failed, int total) => $"{failed:#,0} of {total:#,0}";
}
