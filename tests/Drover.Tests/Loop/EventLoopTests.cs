using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Tests.Loop;

public sealed class EventLoopTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Posted_calls_run_in_order_on_one_thread()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        var seen = new List<int>();
        for (var i = 0; i < 1000; i++)
        {
            var number = i;
            loop.Post(() => seen.Add(loop.IsCurrent ? number : -1));
        }

        await loop.RunAsync(() => { }).WaitAsync(Deadline);

        Assert.Equal(Enumerable.Range(0, 1000), seen);
    }

    [Fact]
    public async Task Timers_run_in_the_order_of_their_time()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        var seen = new List<string>();
        var done = new TaskCompletionSource();
        await loop.RunAsync(() =>
        {
            loop.After(TimeSpan.FromMilliseconds(40), () =>
            {
                seen.Add("late");
                done.SetResult();
            });
            loop.After(TimeSpan.FromMilliseconds(10), () => seen.Add("early"));
            loop.After(TimeSpan.FromMilliseconds(20), () => seen.Add("never")).Dispose();
        });

        await done.Task.WaitAsync(Deadline);

        Assert.Equal(["early", "late"], seen);
    }

    [Fact]
    public async Task A_watch_that_has_ended_hears_nothing_more_even_in_the_same_turn()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        var (first, firstPeer) = SocketPair.CreateStream();
        var (second, secondPeer) = SocketPair.CreateStream();
        using var _ = first;
        using var __ = firstPeer;
        using var ___ = second;
        using var ____ = secondPeer;
        var calls = 0;
        await loop.RunAsync(() =>
        {
            // Both become ready at once; whichever is told first ends the other.
            Watch? firstWatch = null, secondWatch = null;
            var handler = new Handler(() =>
            {
                calls++;
                firstWatch!.Dispose();
                secondWatch!.Dispose();
            });
            firstWatch = loop.Watch(first.Value, Readiness.Readable, handler);
            secondWatch = loop.Watch(second.Value, Readiness.Readable, handler);
            DescriptorMessage.Send(firstPeer.Value, "x"u8, [], out Errno _);
            DescriptorMessage.Send(secondPeer.Value, "x"u8, [], out Errno _);
        });
        for (var i = 0; i < 10; i++) await loop.RunAsync(() => { }).WaitAsync(Deadline);

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_call_that_fails_does_not_end_the_loop()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        loop.Post(() => throw new InvalidOperationException("on purpose"));

        await loop.RunAsync(() => { }).WaitAsync(Deadline);
    }

    [Fact]
    public async Task User_code_that_blocks_loses_the_loop_to_another_thread()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        using var release = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource();
        var returned = new TaskCompletionSource();
        var before = 0;
        await loop.RunAsync(() =>
        {
            before = Environment.CurrentManagedThreadId;
            loop.RunUserCode(new Item(() =>
            {
                blocked.SetResult();
                release.Wait(Deadline);
                returned.SetResult();
            }));
        });
        await blocked.Task.WaitAsync(Deadline);

        var after = 0;
        await loop.RunAsync(() => after = Environment.CurrentManagedThreadId).WaitAsync(Deadline);
        release.Set();
        await returned.Task.WaitAsync(Deadline);

        Assert.NotEqual(before, after);
        Assert.True(await IsLedByAsync(loop, after));
    }

    [Fact]
    public async Task Nothing_runs_after_the_end()
    {
        var loop = new EventLoop("test", NullLogger.Instance);
        await loop.DisposeAsync();

        Assert.False(loop.Post(() => throw new InvalidOperationException("too late")));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => loop.RunAsync(() => { }));
    }

    private static async Task<bool> IsLedByAsync(EventLoop loop, int thread)
    {
        var leader = 0;
        await loop.RunAsync(() => leader = Environment.CurrentManagedThreadId).WaitAsync(Deadline);
        return leader == thread;
    }

    private sealed class Handler(Action call) : IReadinessHandler
    {
        public void OnReady(Readiness readiness) => call();
    }

    private sealed class Item(Action call) : IThreadPoolWorkItem
    {
        public void Execute() => call();
    }
}
