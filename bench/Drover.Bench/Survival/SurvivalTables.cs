using Drover.Bench.Article;
using Drover.Bench.Comparison;
using Drover.Bench.Report;

namespace Drover.Bench.Survival;

/// <summary>The findings as tables, the same for the terminal and for a page; one that would be empty is left out.</summary>
sealed class SurvivalTables(SurvivalOptions options, Findings findings)
{
    public IEnumerable<TextTable> All =>
        new[]
        {
            Failed("Failed requests per kill -9 of one of two workers", SurvivalMeasure.KillKeepAlive, SurvivalMeasure.KillNew),
            Failed("Failed requests per reload of both workers", SurvivalMeasure.ReloadKeepAlive, SurvivalMeasure.ReloadNew),
            Stall(),
            Simple("Keep-alive throughput with and without keeping connections, requests per second", SurvivalMeasure.KeepAlive, "#,0"),
            Simple("From kill -9 to full capacity, ms", SurvivalMeasure.Recovery, "#,0.0"),
            Goals(),
        }.Where(table => table.Rows.Count > 0);

    TextTable Failed(string title, Measure keepAlive, Measure newConnections) => new(
        title,
        ["", "keep-alive", "of", "new connections", "of", "closed idle", "how they failed"],
        [
            .. from target in SurvivalMeasure.Targets
               where findings.Of(keepAlive, target) is not null
               select (IReadOnlyList<string>)
               [
                   TargetName.Title(target), .. Counted(keepAlive, target), .. Counted(newConnections, target),
                   $"{Values(keepAlive, target).Sum(value => value.ClosedBetween):#,0}", How([keepAlive, newConnections], target),
               ],
        ])
    {
        EndsWithText = true,
        Note = "medians of the rounds, smallest and largest; 'of' all requests, 'closed idle' kept connections between two requests, and how they failed: all rounds together",
    };

    TextTable Stall() => new(
        $"Times of keep-alive requests in ms, {options.Rate:#,0} a second on {options.Connections} connections: before, and while one worker is stopped for {options.StallSeconds} s",
        [
            "", .. SurvivalMeasure.Calm.Select(quantile => $"{quantile.Title}"),
            .. SurvivalMeasure.Stall.Select(quantile => $"{quantile.Title} stopped"), "p99 ratio", "failed",
        ],
        [
            .. from target in SurvivalMeasure.Targets
               let ratio = findings.Of(SurvivalMeasure.StallRatio, target)
               where ratio is not null
               select (IReadOnlyList<string>)
               [
                   Workers(target), .. SurvivalMeasure.Calm.Concat(SurvivalMeasure.Stall).Select(quantile => Median(quantile.Measure, target)),
                   $"{ratio.Median:#,0.00} ({ratio.Min:#,0.00} .. {ratio.Max:#,0.00})", $"{findings.Errors(SurvivalMeasure.StallRatio, target)}",
               ],
        ])
    {
        Note = "medians of the rounds; a time counts from the moment at which the request should have been sent",
    };

    TextTable Simple(string title, Measure measure, string format) => new(
        title,
        ["", "median", "min .. max", "ratio", "errors"],
        [
            .. from target in SurvivalMeasure.Targets
               let samples = findings.Of(measure, target)
               where samples is not null
               select (IReadOnlyList<string>)
               [
                   TargetName.Title(target), samples.Median.ToString(format), $"{samples.Min.ToString(format)} .. {samples.Max.ToString(format)}",
                   findings.Ratio(measure, target, measure.Base) is { } ratio ? $"{ratio.Median:0.000}" : "", $"{findings.Errors(measure, target)}",
               ],
        ]);

    TextTable Goals() => new(
        "Goals",
        ["", "measured", "min .. max", "goal", "verdict"],
        [
            .. from goal in SurvivalMeasure.Goals
               let samples = goal.In(findings)
               where samples is not null
               select (IReadOnlyList<string>)
               [
                   goal.Title, $"{samples.Median:0.000}", $"{samples.Min:0.000} .. {samples.Max:0.000}", goal.Condition,
                   goal.IsMetBy(samples.Median) ? "ok" : "missed",
               ],
        ])
    {
        EndsWithText = true,
    };

    IEnumerable<string> Counted(Measure measure, string target)
    {
        var samples = findings.Of(measure, target)!;
        return [$"{samples.Median:0.0} ({samples.Min:0.0} .. {samples.Max:0.0})", $"{Values(measure, target).Sum(value => value.Requests):#,0}"];
    }

    string How(IReadOnlyList<Measure> measures, string target)
    {
        var posts = measures.SelectMany(measure => Values(measure, target)).Sum(value => value.FailedPosts);
        var ways =
            from measure in measures
            from value in Values(measure, target)
            from failure in value.Failures ?? new Dictionary<RequestOutcome, int>()
            group failure.Value by failure.Key into way
            orderby way.Sum() descending
            select $"{way.Sum()} {Words(way.Key)}";
        return string.Join(", ", ways) is { Length: > 0 } text ? $"{text} ({posts} POST)" : "";
    }

    IEnumerable<Value> Values(Measure measure, string target) =>
        findings.Values.Where(value => value.Measure == measure.Name && value.Target == target);

    string Median(Measure measure, string target) => $"{findings.Of(measure, target)!.Median:#,0.0}";

    static string Workers(string target) =>
        target == TargetName.Nginx ? TargetName.Title(target) : $"{TargetName.Title(target)}, {SurvivalOptions.StallWorkers} workers";

    static string Words(RequestOutcome outcome) => outcome switch
    {
        RequestOutcome.NotConnected => "refused",
        RequestOutcome.Reset => "reset",
        RequestOutcome.ClosedWithoutAnswer => "closed",
        RequestOutcome.IncompleteAnswer => "cut off",
        RequestOutcome.WrongAnswer => "wrong",
        RequestOutcome.Unavailable => "503",
        RequestOutcome.BadGateway => "502",
        RequestOutcome.TimedOut => "timed out",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, null),
    };
}
