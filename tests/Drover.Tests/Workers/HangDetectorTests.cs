using System.Diagnostics;
using Drover.Workers;

namespace Drover.Tests.Workers;

public sealed class HangDetectorTests
{
    private const int LookEvery = 50;

    private readonly HangDetector _detector = new(new HangPolicy { SuspendAfter = TimeSpan.FromMilliseconds(250), EndAfter = TimeSpan.FromSeconds(5) });
    private long _now = 1_000_000;

    [Fact]
    public void A_worker_that_beats_reacts()
    {
        for (var look = 0; look < 200; look++) Assert.Equal(HangVerdict.Reacts, Look(heartbeat: _now - 40));
    }

    [Fact]
    public void A_worker_that_starts_has_no_heartbeat_yet()
    {
        for (var look = 0; look < 1000; look++) Assert.Equal(HangVerdict.Reacts, Look(heartbeat: 0));
    }

    [Fact]
    public void A_silent_worker_hangs_and_must_end_in_the_end()
    {
        var heartbeat = _now;
        var verdicts = Enumerable.Range(0, 110).Select(_ => (Verdict: Look(heartbeat), Silence: _now - heartbeat)).ToArray();

        Assert.All(verdicts, v => Assert.Equal(v.Silence <= 250, v.Verdict == HangVerdict.Reacts));
        Assert.All(verdicts, v => Assert.Equal(v.Silence > 5000, v.Verdict == HangVerdict.MustEnd));
    }

    [Fact]
    public void A_worker_that_runs_all_the_time_hangs()
    {
        var heartbeat = _now;
        var verdicts = Enumerable.Range(0, 20).Select(_ => Look(heartbeat, run: _now, wait: _now * 3)).ToArray();

        Assert.Equal(HangVerdict.Hangs, verdicts[^1]);
    }

    [Fact]
    public void A_worker_that_gets_no_CPU_does_not_hang()
    {
        var heartbeat = _now;
        for (var look = 0; look < 500; look++) Assert.Equal(HangVerdict.Reacts, Look(heartbeat, run: _now / 100, wait: _now));
    }

    [Fact]
    public void A_worker_that_had_no_CPU_and_then_hangs_is_found()
    {
        var heartbeat = _now;
        for (var look = 0; look < 50; look++) Look(heartbeat, run: 0, wait: _now);
        var waited = _now;
        var verdicts = Enumerable.Range(0, 20).Select(_ => Look(heartbeat, run: 0, wait: waited)).ToArray();

        Assert.Equal(HangVerdict.Hangs, verdicts[^1]);
    }

    [Fact]
    public void A_primary_that_did_not_run_itself_blames_nobody()
    {
        var heartbeat = _now;
        Look(heartbeat);
        _now += 60_000;

        Assert.Equal(HangVerdict.Reacts, Look(heartbeat));
        Assert.Equal(HangVerdict.Reacts, Look(heartbeat));
    }

    [Fact]
    public void Nothing_happens_when_the_policy_says_never()
    {
        var detector = new HangDetector(new HangPolicy { SuspendAfter = Timeout.InfiniteTimeSpan, EndAfter = Timeout.InfiniteTimeSpan });

        for (var now = 1000L; now < 100_000; now += LookEvery) Assert.Equal(HangVerdict.Reacts, detector.Look(now, 1000, () => null));
    }

    [Fact]
    public void A_worker_that_waits_for_a_CPU_right_now_does_not_hang()
    {
        var heartbeat = _now;
        for (var look = 0; look < 500; look++) Assert.Equal(HangVerdict.Reacts, Look(heartbeat, run: _now / 100, canRun: true));
    }

    [Fact]
    public void A_stopped_worker_is_found_as_soon_as_it_is_suspected()
    {
        var heartbeat = _now;
        var verdicts = Enumerable.Range(0, 110).Select(_ => (Verdict: Look(heartbeat, run: 1, isStopped: true), Silence: _now - heartbeat)).ToArray();

        Assert.All(verdicts, v => Assert.Equal(v.Silence < 100, v.Verdict == HangVerdict.Reacts));
        Assert.All(verdicts, v => Assert.Equal(v.Silence > 5000, v.Verdict == HangVerdict.MustEnd));
    }

    [Fact]
    public void A_stopped_worker_does_not_matter_when_the_policy_says_never()
    {
        var detector = new HangDetector(new HangPolicy { SuspendAfter = Timeout.InfiniteTimeSpan, EndAfter = Timeout.InfiniteTimeSpan });
        var stopped = new ProcessTimes(1, 0, CanRun: false, IsStopped: true);

        for (var now = 1000L; now < 100_000; now += LookEvery) Assert.Equal(HangVerdict.Reacts, detector.Look(now, 1000, () => stopped));
    }

    [Fact]
    public async Task The_kernel_says_whether_a_signal_has_stopped_a_process()
    {
        using var process = Process.Start("sleep", "600");
        try
        {
            Assert.False(ProcessTimes.Of(process.Id)?.IsStopped ?? false);
            await Process.Start("kill", ["-STOP", $"{process.Id}"]).WaitForExitAsync(TestContext.Current.CancellationToken);

            var deadline = Stopwatch.StartNew();
            while (ProcessTimes.Of(process.Id) is not { IsStopped: true })
                Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(10), $"It is not seen as stopped: {ProcessTimes.Of(process.Id)}");
        }
        finally
        {
            process.Kill();
        }
    }

    private HangVerdict Look(long heartbeat, long? run = null, long wait = 0, bool canRun = false, bool isStopped = false)
    {
        _now += LookEvery;
        return _detector.Look(_now, heartbeat, () => run is { } ms ? new ProcessTimes(ms, wait, canRun, isStopped) : null);
    }
}
