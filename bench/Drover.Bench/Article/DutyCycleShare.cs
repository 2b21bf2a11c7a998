using System.Diagnostics;
using Drover.Bench.Processes;

namespace Drover.Bench.Article;

/// <summary>
/// Without control groups: each worker is stopped and continued by signals, so that it may run for its share of every period.
/// This limits wall time; on a machine that is too small for all shares at once, a worker gets less CPU than its share.
/// </summary>
sealed class DutyCycleShare : CpuShare
{
    const double PeriodMilliseconds = 20;

    readonly double _share;
    readonly Lock _lock = new();
    readonly List<Turn> _turns = [];
    readonly Thread _thread;
    volatile bool _ended;

    public DutyCycleShare(int percent)
    {
        _share = percent / 100.0;
        _thread = new Thread(Run) { IsBackground = true, Name = "duty cycle" };
        _thread.Start();
    }

    public override string Means => "SIGSTOP and SIGCONT in turns, no cgroup";

    public override void Hold(int pid)
    {
        lock (_lock)
        {
            _turns.RemoveAll(turn => !Directory.Exists($"/proc/{turn.Pid}"));
            _turns.Add(new Turn(pid));
        }
    }

    public override void Dispose()
    {
        _ended = true;
        _thread.Join();
    }

    void Run()
    {
        while (!_ended)
        {
            lock (_lock)
            {
                var now = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency * 1000 / PeriodMilliseconds;
                for (var i = 0; i < _turns.Count; i++)
                    _turns[i].Set(IsRunning(now, i));
            }

            Thread.Sleep(1);
        }
    }

    /// <summary>The turns are spread over the period: as few workers as possible run at the same time.</summary>
    bool IsRunning(double periods, int index) => (periods + ((double)index / _turns.Count)) % 1 < _share;

    sealed class Turn(int pid)
    {
        bool _running = true;

        public int Pid => pid;

        public void Set(bool running)
        {
            if (running == _running)
                return;
            _running = running;
            if (running)
                Libc.Continue(pid);
            else
                Libc.Stop(pid);
        }
    }
}
