using Drover.Bench.Article;
using Drover.Bench.Comparison;

namespace Drover.Bench.Survival.Clients;

/// <summary>All requests of a load, each with its outcome.</summary>
/// <param name="ClosedBetween">How many connections the server closed while no request was under way on them.</param>
sealed record CallLog(IReadOnlyList<Call> Calls, int ClosedBetween)
{
    /// <summary>Each way to fail that occurred, and how often.</summary>
    public IReadOnlyDictionary<RequestOutcome, int> Failures(bool isNewConnection) => Calls
        .Where(call => call.IsNewConnection == isNewConnection && call.Outcome != RequestOutcome.Answered)
        .GroupBy(call => call.Outcome)
        .ToDictionary(group => group.Key, group => group.Count());

    /// <summary>Milliseconds that the requests took that were due within this time; what failed counts as <paramref name="failed"/>.</summary>
    public Samples Times(long from, long to, TimeSpan failed) => new(Calls
        .Where(call => call.Due >= from && call.Due < to)
        .Select(call => call.Outcome == RequestOutcome.Answered ? call.Duration.TotalMilliseconds : failed.TotalMilliseconds));
}
