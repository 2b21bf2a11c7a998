using Drover.Bench.Article;

namespace Drover.Bench.Survival.Clients;

/// <summary>A request that has ended. Times are those of <see cref="System.Diagnostics.Stopwatch"/>.</summary>
/// <param name="Due">When it should have been sent; later than that only when the one before it had not ended.</param>
readonly record struct Call(bool IsNewConnection, bool IsPost, long Due, TimeSpan Duration, RequestOutcome Outcome);
