namespace Drover.Loop;

/// <summary>
/// Notices when user code keeps a loop's thread. Sleeps while there is none; costs a look every few milliseconds while messages flow.
/// </summary>
internal sealed class LoopWatchdog : IDisposable
{
    // A loop that is held up longer than this goes on with another thread.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(5);

    private const int LooksBeforeSleep = 20;

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly Action<int> _takeOver;
    private readonly SemaphoreSlim _wakeUp = new(0);
    private Thread? _thread;
    private long _since;
    private int _turn;
    private int _asleep = 1;
    private volatile bool _ended;

    /// <param name="name">The loop's name.</param>
    /// <param name="time">The clock.</param>
    /// <param name="takeOver">Told which turn has not come back; a turn that has come back meanwhile is ignored.</param>
    internal LoopWatchdog(string name, TimeProvider time, Action<int> takeOver)
    {
        _name = name;
        _time = time;
        _takeOver = takeOver;
    }

    /// <summary>User code begins, in this turn of the loop. The loop's thread, or the one that was.</summary>
    internal void Begin(int turn)
    {
        Volatile.Write(ref _turn, turn);

        // A full fence: either this sees the watchdog asleep and wakes it, or the watchdog sees this time and stays awake.
        Interlocked.Exchange(ref _since, _time.GetTimestamp());
        if (Volatile.Read(ref _asleep) == 0 || Interlocked.Exchange(ref _asleep, 0) == 0) return;
        if (_thread is null)
        {
            _thread = new Thread(Watch) { Name = _name + " watch", IsBackground = true };
            _thread.Start();
        }
        else
        {
            _wakeUp.Release();
        }
    }

    public void Dispose()
    {
        _ended = true;
        _wakeUp.Release();
    }

    private void Watch()
    {
        var looks = 0;
        var seen = 0L;
        while (!_ended)
        {
            _wakeUp.Wait(Patience);
            var since = Volatile.Read(ref _since);
            if (since != seen)
            {
                // It has come back at least once since the last look.
                seen = since;
                looks = 0;
                continue;
            }

            _takeOver(Volatile.Read(ref _turn));
            if (++looks < LooksBeforeSleep) continue;
            looks = 0;
            Interlocked.Exchange(ref _asleep, 1);
            if (Volatile.Read(ref _since) == seen) _wakeUp.Wait();
        }
    }
}
