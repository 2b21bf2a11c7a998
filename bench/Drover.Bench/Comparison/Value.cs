using System.Text.Json.Serialization;
using Drover.Bench.Article;

namespace Drover.Bench.Comparison;

/// <summary>What one round said about one measure of one target.</summary>
readonly record struct Value(string Measure, string Target, int Round, double Number, int Errors = 0)
{
    /// <summary>Of an answer, where the measure is a load.</summary>
    public double? P50Microseconds { get; init; }

    public double? P99Microseconds { get; init; }

    /// <summary>Each way to fail that occurred, and how often, where the errors were counted one by one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<RequestOutcome, int>? Failures { get; init; }

    /// <summary>How many of the requests that failed were POSTs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? FailedPosts { get; init; }

    /// <summary>How many requests there were.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Requests { get; init; }

    /// <summary>How many kept connections the server closed while no request was under way on them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ClosedBetween { get; init; }
}
