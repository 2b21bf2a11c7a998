using Drover.Workers;

namespace Drover.Tests.Workers;

public class AutoScalerTests
{
    private static readonly AutoScalePolicy Policy = new()
    {
        MinWorkers = 2,
        MaxWorkers = 8,
        TargetRequests = 10,
        TargetCpu = 0.5,
        ScaleUpAfter = TimeSpan.FromSeconds(3),
        ScaleDownAfter = TimeSpan.FromSeconds(60),
        CoolDown = TimeSpan.FromSeconds(10),
    };

    private readonly AutoScaler _scaler = new(Policy);

    [Fact]
    public void Load_at_its_target_changes_nothing() => AssertStays(workers: 4, requests: 40, cpus: 2, seconds: 600);

    [Fact]
    public void Too_few_workers_or_too_many_are_put_right_at_once()
    {
        Assert.Equal(2, Decide(0, workers: 1, requests: 0));
        Assert.Equal(8, Decide(1, workers: 9, requests: 1000));
    }

    [Fact]
    public void More_requests_for_long_enough_start_as_many_as_they_need()
    {
        for (var second = 0; second < 3; second++) Assert.Equal(2, Decide(second, 2, requests: 55));
        Assert.Equal(6, Decide(3, 2, requests: 55));
    }

    [Fact]
    public void More_CPU_does_the_same()
    {
        for (var second = 0; second < 3; second++) Assert.Equal(2, Decide(second, 2, requests: 0, cpus: 1.9));
        Assert.Equal(4, Decide(3, 2, requests: 0, cpus: 1.9));
    }

    [Fact]
    public void A_metric_that_is_not_looked_at_does_not_count()
    {
        var scaler = new AutoScaler(new AutoScalePolicy { MinWorkers = 1, MaxWorkers = 8, TargetRequests = null, TargetCpu = null, ScaleUpAfter = TimeSpan.Zero });

        Assert.Equal(1, scaler.Decide(new LoadSample(1, 1000, 8, TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public void A_peak_is_waited_out()
    {
        for (var second = 0; second < 60; second++) Assert.Equal(2, Decide(second, 2, requests: second % 3 == 2 ? 0 : 1000));
    }

    [Fact]
    public void A_load_just_beside_the_target_changes_nothing()
    {
        AssertStays(workers: 3, requests: 32, cpus: 0, seconds: 600);
        AssertStays(workers: 3, requests: 19, cpus: 0, seconds: 600);
    }

    [Fact]
    public void There_are_never_more_than_the_most()
    {
        for (var second = 0; second < 3; second++) Decide(second, 4, requests: 100_000);
        Assert.Equal(8, Decide(3, 4, requests: 100_000));
    }

    [Fact]
    public void Less_to_do_for_long_enough_leaves_what_the_busiest_moment_needed()
    {
        for (var second = 0; second < 60; second++) Assert.Equal(6, Decide(second, 6, requests: second == 30 ? 35 : 5));
        Assert.Equal(4, Decide(60, 6, requests: 5));
    }

    [Fact]
    public void After_a_change_the_load_is_judged_anew_and_not_before_the_cool_down()
    {
        for (var second = 0; second <= 3; second++) Decide(second, 2, requests: 30);
        for (var second = 4; second < 14; second++) Assert.Equal(3, Decide(second, 3, requests: 80));
        Assert.Equal(8, Decide(14, 3, requests: 80));
    }

    [Fact]
    public void Values_that_make_no_sense_are_refused_by_name()
    {
        AssertRefused(new AutoScalePolicy { MinWorkers = 0 }, "AutoScalePolicy.MinWorkers must be at least 1.");
        AssertRefused(new AutoScalePolicy { MinWorkers = 5, MaxWorkers = 4 }, "AutoScalePolicy.MaxWorkers must not be less than MinWorkers (5).");
        AssertRefused(new AutoScalePolicy { TargetRequests = 0 }, "AutoScalePolicy.TargetRequests must be more than zero.");
        AssertRefused(new AutoScalePolicy { TargetCpu = double.NaN }, "AutoScalePolicy.TargetCpu must be more than zero.");
        AssertRefused(new AutoScalePolicy { Tolerance = 1 }, "AutoScalePolicy.Tolerance must be from 0 to less than 1.");
        AssertRefused(new AutoScalePolicy { CoolDown = TimeSpan.FromTicks(-1) }, "AutoScalePolicy.CoolDown must not be negative.");
    }

    private static void AssertRefused(AutoScalePolicy policy, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(policy.CheckedCopy).Message, StringComparison.Ordinal);

    private int Decide(int second, int workers, int requests, double cpus = 0) =>
        _scaler.Decide(new LoadSample(workers, requests, cpus, TimeSpan.FromSeconds(1000 + second)));

    private void AssertStays(int workers, int requests, double cpus, int seconds)
    {
        for (var second = 0; second < seconds; second++) Assert.Equal(workers, Decide(second, workers, requests, cpus));
    }
}
