using Drover.Workers;

namespace Drover.Tests.Workers;

public class RestartPolicyTests
{
    [Fact]
    public void Values_that_make_no_sense_are_refused_by_name()
    {
        AssertRefused(new RestartPolicy { InitialDelay = TimeSpan.FromTicks(-1) }, "RestartPolicy.InitialDelay must not be negative.");
        AssertRefused(
            new RestartPolicy { InitialDelay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(1) },
            "RestartPolicy.MaxDelay must not be less than InitialDelay (00:00:02).");
        AssertRefused(new RestartPolicy { Jitter = -0.1 }, "RestartPolicy.Jitter must be from 0 to 1.");
        AssertRefused(new RestartPolicy { Jitter = 1.1 }, "RestartPolicy.Jitter must be from 0 to 1.");
        AssertRefused(new RestartPolicy { Jitter = double.NaN }, "RestartPolicy.Jitter must be from 0 to 1.");
        AssertRefused(new RestartPolicy { MaxRestarts = -1 }, "RestartPolicy.MaxRestarts must not be negative.");
        AssertRefused(new RestartPolicy { Window = TimeSpan.Zero }, "RestartPolicy.Window must be more than zero.");
        AssertRefused(new RestartPolicy { ResetAfter = TimeSpan.FromTicks(-1) }, "RestartPolicy.ResetAfter must not be negative.");
    }

    [Fact]
    public void Values_at_the_limits_are_accepted() => new RestartPolicy
    {
        InitialDelay = TimeSpan.Zero,
        MaxDelay = TimeSpan.Zero,
        Jitter = 1,
        MaxRestarts = 0,
        Window = TimeSpan.FromTicks(1),
        ResetAfter = TimeSpan.Zero,
    }.CheckedCopy();

    [Fact]
    public void Later_changes_do_not_reach_a_running_instance()
    {
        var policy = new RestartPolicy { StopOnExitCodes = { 78 } };
        var history = new RestartHistory(policy);
        policy.StopOnExitCodes.Clear();
        policy.MaxRestarts = 0;

        Assert.Equal(RestartVerdict.StayDown, Decide(78).Verdict);
        Assert.Equal(RestartVerdict.Restart, Decide(1).Verdict);

        RestartDecision Decide(int code) => history.Decide(new WorkerEnd(code, Signal: null), false, TimeSpan.Zero, TimeSpan.Zero, 0);
    }

    private static void AssertRefused(RestartPolicy policy, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new RestartHistory(policy));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }
}
