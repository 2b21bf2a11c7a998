using Drover.Interop;
using Microsoft.Extensions.Logging;

namespace Drover.Loop;

/// <summary>
/// One thread that sleeps in epoll and runs whatever is ready: descriptors, posted calls, timers. What a loop owns is touched on its
/// thread only, so the code of the channel, the listeners and the workers' lives needs no locks.
/// </summary>
/// <remarks>
/// Between two turns the thread may run code of the user's (<see cref="RunUserCode"/>), because handing each message to another thread
/// would cost more than most handlers take. If that code does not come back soon, the <see cref="LoopWatchdog"/> gives the loop to a new
/// thread, and the old one leaves when it returns. While user code runs, no thread counts as the loop's.
/// </remarks>
internal sealed class EventLoop : IAsyncDisposable
{
    private const int MaxEvents = 256;

    private readonly Epoll _epoll = new(MaxEvents);
    private readonly EventDescriptor _wakeUp = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly LoopWatchdog _watchdog;
    private readonly BriefSpin _spin;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PriorityQueue<ScheduledCall, long> _timers = new();
    private readonly Lock _postLock = new();
    private List<Action> _posted = [];
    private List<Action> _running = [];
    private Watch?[] _watches = new Watch?[64];
    private readonly Stack<int> _freeSlots = new();
    private int _usedSlots = 1; // Slot 0 is the wake-up descriptor's.
    private int _generation;
    private volatile Thread? _leader;
    private List<IThreadPoolWorkItem> _userCode = [];

    // Which thread the loop belongs to, and whether it is inside user code: twice the number of the leader, plus one while it is.
    private int _turn;
    private bool _mayExpectMore;
    private bool _hasPosted;
    private int _asleep;
    private bool _stopping;

    internal EventLoop(string name, ILogger logger, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        _logger = logger;
        _name = name;
        _epoll.Register(_wakeUp.Value, Readiness.Readable, 0);
        _spin = new BriefSpin(_time);
        _watchdog = new LoopWatchdog(name, time: _time, TakeOver);
        StartLeader(0);
    }

    internal bool IsCurrent => Thread.CurrentThread == _leader;

    internal Task Ended => _ended.Task;

    /// <summary>Runs a call on the loop's thread, in the order of posting. False, and no call, once the loop is ending.</summary>
    internal bool Post(Action call)
    {
        lock (_postLock)
        {
            if (_stopping) return false;
            _posted.Add(call);
            Volatile.Write(ref _hasPosted, true);

            // Inside the lock: the descriptor must not be closed between the look and the write.
            if (Interlocked.Exchange(ref _asleep, 0) == 1) _wakeUp.Signal();
            return true;
        }
    }

    /// <summary>Runs the call at once when on the loop's thread already, else posts it.</summary>
    internal bool Run(Action call)
    {
        if (!IsCurrent) return Post(call);
        call();
        return true;
    }

    internal Task RunAsync(Action call)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var posted = Run(() =>
        {
            try
            {
                call();
                done.SetResult();
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        if (!posted) done.SetException(new ObjectDisposedException(nameof(EventLoop)));
        return done.Task;
    }

    /// <summary>Loop thread only.</summary>
    internal Watch Watch(int descriptor, Readiness interest, IReadinessHandler handler)
    {
        AssertCurrent();
        if (!_freeSlots.TryPop(out var slot))
        {
            slot = _usedSlots++;
            if (slot == _watches.Length) Array.Resize(ref _watches, slot * 2);
        }

        // The generation keeps a late event of an ended watch away from the next owner of its slot.
        var token = ((long)++_generation << 32) | (uint)slot;
        var watch = new Watch(this, descriptor, interest, handler, token);
        try
        {
            _epoll.Register(descriptor, interest, token);
        }
        catch
        {
            _freeSlots.Push(slot);
            throw;
        }

        _watches[slot] = watch;
        return watch;
    }

    /// <summary>Loop thread only.</summary>
    internal ScheduledCall After(TimeSpan delay, Action call)
    {
        AssertCurrent();
        var scheduled = new ScheduledCall(call);
        _timers.Enqueue(scheduled, _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency));
        return scheduled;
    }

    internal void ChangeInterest(int descriptor, Readiness interest, long token)
    {
        AssertCurrent();
        _epoll.Modify(descriptor, interest, token);
    }

    internal void EndWatch(int descriptor, long token)
    {
        AssertCurrent();
        _epoll.Unregister(descriptor);
        var slot = (int)(token & 0xffffffff);
        _watches[slot] = null;
        _freeSlots.Push(slot);
    }

    /// <summary>
    /// Runs code of the user's on the loop's thread when this turn is over. The item must come back soon, or the loop goes on without it.
    /// Loop thread only.
    /// </summary>
    internal void RunUserCode(IThreadPoolWorkItem item)
    {
        AssertCurrent();
        _userCode.Add(item);
    }

    /// <summary>Ends the loop after the calls posted so far. Not from the loop's own thread.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_postLock)
        {
            if (!_stopping) _wakeUp.Signal();
            _stopping = true;
        }

        await _ended.Task;
    }

    private void StartLeader(int number)
    {
        _leader = new Thread(() => Lead(number)) { Name = _name, IsBackground = true };
        _leader.Start();
    }

    private void Lead(int number)
    {
        try
        {
            while (true)
            {
                RunPosted(out var stop);
                if (stop) break;
                RunTimers();
                HandleReady(WaitForReady());
                if (_userCode.Count == 0) continue;
                if (!TryRunUserCode(number)) return;
                _mayExpectMore = true;
            }
        }
        catch (Exception exception)
        {
            LoopLog.LoopFailed(_logger, exception, _name);
        }

        End();
    }

    private int WaitForReady()
    {
        // A posted call may have brought user code; it does not wait for the next event.
        if (_userCode.Count > 0) return _epoll.Wait(0);
        if (_mayExpectMore)
        {
            _mayExpectMore = false;
            if (_spin.TryWait(_epoll, ref _hasPosted) is var ready and > 0) return ready;
        }

        return _epoll.Wait(TimeUntilNextCall());
    }

    private void End()
    {
        lock (_postLock)
        {
            _stopping = true;
            _wakeUp.Dispose();
        }

        _epoll.Dispose();
        _watchdog.Dispose();
        _ended.SetResult();
    }

    /// <summary>False: the user's code took so long that another thread leads the loop by now.</summary>
    private bool TryRunUserCode(int number)
    {
        var items = _userCode;
        var inside = (number * 2) + 1;
        _userCode = [];
        var self = _leader;
        _leader = null;
        Volatile.Write(ref _turn, inside);
        for (var i = 0; i < items.Count; i++)
        {
            if (Volatile.Read(ref _turn) != inside)
            {
                ThreadPool.UnsafeQueueUserWorkItem(items[i], preferLocal: false);
                continue;
            }

            _watchdog.Begin(inside);
            RunGuarded(items[i].Execute);
        }

        if (Interlocked.CompareExchange(ref _turn, number * 2, inside) != inside) return false;
        _leader = self;
        return true;
    }

    // On the watchdog's thread.
    private void TakeOver(int inside)
    {
        if (Interlocked.CompareExchange(ref _turn, inside + 1, inside) != inside) return;
        StartLeader((inside + 1) / 2);
    }

    private void RunPosted(out bool stop)
    {
        lock (_postLock)
        {
            (_posted, _running) = (_running, _posted);
            _hasPosted = false;
            stop = _stopping;
        }

        foreach (var call in _running) RunGuarded(call);
        _running.Clear();
    }

    private void RunTimers()
    {
        while (_timers.TryPeek(out var call, out var due) && due <= _time.GetTimestamp())
        {
            _timers.Dequeue();
            RunGuarded(call.Run);
        }
    }

    // Says "asleep" before looking at the queue a last time: a poster either sees the flag and signals, or was seen here.
    private int TimeUntilNextCall()
    {
        Interlocked.Exchange(ref _asleep, 1);
        lock (_postLock)
        {
            if (_posted.Count > 0 || _stopping) return 0;
        }

        if (!_timers.TryPeek(out _, out var due)) return -1;
        var remaining = _time.GetElapsedTime(_time.GetTimestamp(), due).TotalMilliseconds;
        return remaining <= 0 ? 0 : (int)Math.Min(Math.Ceiling(remaining), int.MaxValue);
    }

    private void HandleReady(int count)
    {
        Interlocked.Exchange(ref _asleep, 0);
        for (var i = 0; i < count; i++)
        {
            var (ready, token) = _epoll.Read(i);
            if (token == 0)
            {
                _wakeUp.Clear();
                continue;
            }

            var watch = _watches[(int)(token & 0xffffffff)];
            if (watch is null || watch.Token != token) continue;
            try
            {
                watch.Handler.OnReady(ready);
            }
            catch (Exception exception)
            {
                LoopLog.CallFailed(_logger, exception);
            }
        }
    }

    // One failing call must not end the loop that everything else lives on.
    private void RunGuarded(Action call)
    {
        try
        {
            call();
        }
        catch (Exception exception)
        {
            LoopLog.CallFailed(_logger, exception);
        }
    }

    private void AssertCurrent()
    {
        if (!IsCurrent) throw new InvalidOperationException("This belongs to the event loop's thread; post a call instead.");
    }
}
