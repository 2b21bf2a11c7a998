using Drover.Workers;
using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Workers;

public class RestartHistoryTests
{
    private static readonly WorkerEnd Crash = new(ExitCode: null, Signal.SIGABRT);

    [Fact]
    public void The_first_restart_is_immediate_and_the_delay_doubles_from_then_on_up_to_the_longest()
    {
        var history = new RestartHistory(new RestartPolicy { MaxRestarts = 100 });

        var delays = Enumerable.Range(0, 12).Select(_ => RestartAfterCrash(history, Seconds(0), chance: 0).TotalMilliseconds);

        Assert.Equal([0, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 15000, 15000, 15000], delays);
    }

    [Fact]
    public void Jitter_only_shortens_a_delay_and_by_its_share_at_most() =>
        Prop.ForAll(Gen.Choose(0, 100).Three().ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), (percents, restarts) =>
        {
            var (jitter, chance, otherChance) = (percents.Item1 / 100.0, percents.Item2 / 100.0, percents.Item3 / 100.0);
            var (plain, withChance, withOther) = (LastDelay(jitter: 0, chance), LastDelay(jitter, chance), LastDelay(jitter, otherChance));
            return withChance <= plain
                && withChance >= plain * (1 - jitter) - TimeSpan.FromTicks(2) // each side is rounded
                && (withChance == withOther) == (plain * jitter * Math.Abs(chance - otherChance) < TimeSpan.FromTicks(1));

            TimeSpan LastDelay(double jitter, double chance)
            {
                var history = new RestartHistory(new RestartPolicy { MaxRestarts = 100, Jitter = jitter });
                return Enumerable.Range(0, restarts).Select(_ => RestartAfterCrash(history, Seconds(0), chance)).Last();
            }
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(long.MaxValue)]
    public void Extreme_delays_stay_in_range(long initialTicks)
    {
        var initial = TimeSpan.FromTicks(initialTicks);
        var policy = new RestartPolicy { InitialDelay = initial, MaxDelay = TimeSpan.MaxValue, Jitter = 0, MaxRestarts = 2000 };
        var history = new RestartHistory(policy);

        var delays = Enumerable.Range(0, 2000).Select(_ => RestartAfterCrash(history, Seconds(0))).ToArray();
        Assert.Equal(delays.Order(), delays);
        Assert.All(delays[1..], delay => Assert.InRange(delay, initial, TimeSpan.MaxValue));
        Assert.Equal(initialTicks == 0 ? TimeSpan.Zero : TimeSpan.MaxValue, delays[^1]);
    }

    [Fact]
    public void A_worker_that_was_healthy_long_enough_is_restarted_at_once_again()
    {
        var history = new RestartHistory(new RestartPolicy { Jitter = 0 });
        RestartAfterCrash(history, Seconds(0));
        RestartAfterCrash(history, Seconds(1));

        var almost = RestartAfterCrash(history, Seconds(2), listened: Seconds(29.999));
        Assert.Equal(200, almost.TotalMilliseconds);
        Assert.Equal(0, RestartAfterCrash(history, Seconds(40), listened: Seconds(30)).TotalMilliseconds);
        Assert.Equal(100, RestartAfterCrash(history, Seconds(41)).TotalMilliseconds);
    }

    [Fact]
    public void The_instance_is_given_up_when_the_window_is_full_whatever_the_back_off_says()
    {
        var history = new RestartHistory(new RestartPolicy { MaxRestarts = 3, Window = Seconds(10), ResetAfter = TimeSpan.Zero });
        foreach (var at in (double[])[0, 4, 8])
            RestartAfterCrash(history, Seconds(at), listened: Seconds(3));

        var decision = Decide(history, new WorkerEnd(134, Signal: null), Seconds(9.999));
        Assert.Equal(RestartVerdict.GiveUp, decision.Verdict);
        Assert.Equal("3 restarts within 10 s; last exit: code 134 (SIGABRT)", decision.Reason);
    }

    [Fact]
    public void Restarts_leave_the_window_one_by_one()
    {
        var history = new RestartHistory(new RestartPolicy { MaxRestarts = 3, Window = Seconds(10) });
        foreach (var at in (double[])[0, 4, 8, 10, 14, 18, 20])
            RestartAfterCrash(history, Seconds(at));

        Assert.Equal(RestartVerdict.GiveUp, Decide(history, Crash, Seconds(23.999)).Verdict);
        Assert.Equal(RestartVerdict.Restart, Decide(history, Crash, Seconds(24)).Verdict);
    }

    [Fact]
    public void No_window_ever_holds_more_restarts_than_allowed() =>
        Prop.ForAll(Gen.Choose(0, 4).ToArbitrary(), Gen.Choose(0, 30).ListOf().ToArbitrary(), (allowed, pauses) =>
        {
            var history = new RestartHistory(new RestartPolicy { MaxRestarts = allowed, Window = Seconds(60) });
            List<TimeSpan> restarts = [];
            var now = TimeSpan.Zero;
            foreach (var pause in pauses)
            {
                now += Seconds(pause);
                var recent = restarts.Count(at => at > now - Seconds(60));
                var restarted = Decide(history, Crash, now).Verdict == RestartVerdict.Restart;
                if (restarted != recent < allowed)
                    return false;
                if (restarted)
                    restarts.Add(now);
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_the_defaults_a_worker_that_crashes_at_once_is_given_up_within_a_minute()
    {
        var history = new RestartHistory(new RestartPolicy());
        var (now, restarts) = (TimeSpan.Zero, 0);
        RestartDecision decision;
        while ((decision = Decide(history, Crash, now)).Verdict == RestartVerdict.Restart && restarts++ < 100)
            now += decision.Delay;

        Assert.Equal("10 restarts within 60 s; last exit: signal SIGABRT", decision.Reason);
        Assert.Equal(10, restarts);
        Assert.InRange(now, Seconds(30), Seconds(60));
    }

    [Fact]
    public void A_worker_that_was_to_disconnect_is_not_restarted()
    {
        var history = new RestartHistory(new RestartPolicy());
        var decision = history.Decide(Crash, exitedAfterDisconnect: true, TimeSpan.Zero, TimeSpan.Zero, chance: 0);
        Assert.Equal(RestartDecision.StayDown("it was to disconnect; exit: signal SIGABRT"), decision);
    }

    [Fact]
    public void Exit_codes_of_the_users_choice_are_not_restarted()
    {
        var history = new RestartHistory(new RestartPolicy { StopOnExitCodes = { 78, 9 } });
        Assert.Equal(
            RestartDecision.StayDown("exit: code 78, after which it is not to be restarted"),
            Decide(history, new WorkerEnd(78, Signal: null), Seconds(0)));
        Assert.Equal(RestartVerdict.Restart, Decide(history, new WorkerEnd(77, Signal: null), Seconds(0)).Verdict);
        Assert.Equal(RestartVerdict.Restart, Decide(history, new WorkerEnd(ExitCode: null, Signal.SIGKILL), Seconds(0)).Verdict);
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(false, 0, false)]
    [InlineData(false, 1, true)]
    [InlineData(false, null, true)]
    public void Exit_code_zero_is_restarted_unless_the_policy_says_otherwise(bool restartOnZero, int? code, bool restarted)
    {
        var history = new RestartHistory(new RestartPolicy { RestartOnExitCodeZero = restartOnZero });
        var decision = Decide(history, new WorkerEnd(code, code is null ? Signal.SIGTERM : null), Seconds(0));
        Assert.Equal(restarted ? RestartVerdict.Restart : RestartVerdict.StayDown, decision.Verdict);
    }

    [Fact]
    public void Workers_that_stay_down_do_not_count_as_restarts()
    {
        var history = new RestartHistory(new RestartPolicy { MaxRestarts = 1, RestartOnExitCodeZero = false });
        Assert.Equal(RestartVerdict.StayDown, Decide(history, new WorkerEnd(0, Signal: null), Seconds(0)).Verdict);
        Assert.Equal(RestartVerdict.Restart, Decide(history, Crash, Seconds(1)).Verdict);
    }

    private static RestartDecision Decide(RestartHistory history, WorkerEnd end, TimeSpan now) =>
        history.Decide(end, exitedAfterDisconnect: false, TimeSpan.Zero, now, chance: 0.5);

    private static TimeSpan RestartAfterCrash(RestartHistory history, TimeSpan now, double chance = 0.5, TimeSpan listened = default)
    {
        var decision = history.Decide(Crash, exitedAfterDisconnect: false, listened, now, chance);
        Assert.Equal(RestartVerdict.Restart, decision.Verdict);
        return decision.Delay;
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}
