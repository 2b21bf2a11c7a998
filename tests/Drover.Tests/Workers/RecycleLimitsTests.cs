using Drover.Workers;

namespace Drover.Tests.Workers;

public class RecycleLimitsTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public void Without_limits_nothing_is_exceeded() =>
        Assert.Null(new RecycleLimits(new RecyclePolicy(), 0).Exceeded(new WorkerUsage(long.MaxValue, TimeSpan.MaxValue, long.MaxValue)));

    [Fact]
    public void Each_limit_counts_for_itself_and_says_so()
    {
        var limits = new RecycleLimits(new RecyclePolicy { MaxMemoryBytes = 100 * Megabyte, MaxAge = TimeSpan.FromMinutes(1), MaxRequests = 10 }, chance: 0);

        Assert.Null(limits.Exceeded(new WorkerUsage(100 * Megabyte, TimeSpan.FromSeconds(59), 9)));
        Assert.Equal("it uses 100.5 MB of 100 MB", limits.Exceeded(new WorkerUsage((100 * Megabyte) + (Megabyte / 2), TimeSpan.Zero, 0)));
        Assert.Equal("it has lived for 60 s", limits.Exceeded(new WorkerUsage(0, TimeSpan.FromSeconds(60), 0)));
        Assert.Equal("it has begun 10 requests", limits.Exceeded(new WorkerUsage(0, TimeSpan.Zero, 10)));
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(0.5, 900)]
    [InlineData(1, 800)]
    public void Chance_lowers_a_limit_by_up_to_the_jitter(double chance, long limit)
    {
        var limits = new RecycleLimits(new RecyclePolicy { MaxRequests = 1000, MaxMemoryBytes = 1000 }, chance);

        Assert.Equal(limit, limits.MemoryBytes);
        Assert.Null(limits.Exceeded(new WorkerUsage(0, TimeSpan.Zero, limit - 1)));
        Assert.NotNull(limits.Exceeded(new WorkerUsage(0, TimeSpan.Zero, limit)));
    }

    [Fact]
    public void A_worker_begins_one_request_at_least()
    {
        var limits = new RecycleLimits(new RecyclePolicy { MaxRequests = 1, Jitter = 1 }, chance: 1);

        Assert.Null(limits.Exceeded(new WorkerUsage(0, TimeSpan.Zero, 0)));
        Assert.NotNull(limits.Exceeded(new WorkerUsage(0, TimeSpan.Zero, 1)));
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused_by_name()
    {
        AssertRefused(new RecyclePolicy { MaxMemoryBytes = 0 }, "RecyclePolicy.MaxMemoryBytes must be more than zero.");
        AssertRefused(new RecyclePolicy { MaxAge = TimeSpan.Zero }, "RecyclePolicy.MaxAge must be more than zero.");
        AssertRefused(new RecyclePolicy { MaxRequests = -1 }, "RecyclePolicy.MaxRequests must be more than zero.");
        AssertRefused(new RecyclePolicy { Jitter = 1.5 }, "RecyclePolicy.Jitter must be from 0 to 1.");
    }

    private static void AssertRefused(RecyclePolicy policy, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(policy.CheckedCopy).Message, StringComparison.Ordinal);
}
