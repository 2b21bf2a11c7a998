using System.Diagnostics;
using Drover.Bench.Processes;

namespace Drover.Bench.Survival.Clients;

/// <summary>Sends requests one after the other, each when it is due, on a thread of its own.</summary>
sealed class Client
{
    const int IdsPerClient = 1_000_000;

    // How soon a client notices that it is to end.
    static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(20);

    readonly List<Call> _calls = [];
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Schedule _schedule;
    readonly int _number;
    readonly int _port;
    readonly Closing _closing;

    public Client(Schedule schedule, int number, int port, Closing closing)
    {
        (_schedule, _number, _port, _closing) = (schedule, number, port, closing);
        new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = $"client {number}" }.Start();
    }

    /// <summary>Completes when the last request has ended; until then, nobody else may look at what is here.</summary>
    public Task Ended => _ended.Task;

    public IReadOnlyList<Call> Calls => _calls;

    public int ClosedBetween { get; private set; }

    bool IsNewConnection => _number >= _schedule.KeepAlive;

    void Run()
    {
        try
        {
            using var connection = new Connection(_port, _schedule.Patience);
            Run(connection);
            ClosedBetween = connection.ClosedBetween;
            _ended.SetResult();
        }
        catch (Exception e)
        {
            _ended.SetException(e);
        }
    }

    void Run(Connection connection)
    {
        var interval = (long)(Stopwatch.Frequency / _schedule.PerSecond);

        // The clients begin one after the other within the first interval.
        var due = Stopwatch.GetTimestamp() + (interval * _number / (_schedule.KeepAlive + _schedule.NewConnections));
        for (var n = 0; SleepUntil(due); n++)
        {
            var question = new Question(
                (_number * IdsPerClient) + n, (n + _number) * 7 % (_schedule.SlowestHandler + 1), _schedule.Posts && n % 2 == 1, IsNewConnection);
            var begun = _schedule.IsFixedRate ? due : Stopwatch.GetTimestamp();
            var outcome = connection.Ask(question);
            _calls.Add(new Call(IsNewConnection, question.IsPost, due, Stopwatch.GetElapsedTime(begun), outcome));
            due += interval;
            if (!_schedule.IsFixedRate)
                due = Math.Max(due, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>False: it is time to end.</summary>
    bool SleepUntil(long due)
    {
        while (!_closing.HasPassed(due))
        {
            var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (rest <= TimeSpan.Zero)
                return true;
            Libc.Sleep(rest < LongestSleep ? rest : LongestSleep);
        }

        return false;
    }
}
