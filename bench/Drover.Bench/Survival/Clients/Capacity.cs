using System.Diagnostics;
using System.Globalization;
using System.Text;
using Drover.Bench.Article;
using Drover.Bench.Processes;

namespace Drover.Bench.Survival.Clients;

/// <summary>Asks on new connections who answers, until all do.</summary>
static class Capacity
{
    // A question to a worker that dies just then may never be answered.
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Returns how long after <paramref name="start"/> so many different processes had answered.</summary>
    /// <param name="gone">A process that is dead and does not count; 0 for none.</param>
    public static async Task<TimeSpan> WaitAsync(int port, int workers, int gone, long start, CancellationToken ct) =>
        (await FindAsync(port, workers, gone, start, ct)).Elapsed;

    /// <summary>Returns the processes that answer, when there are as many as this.</summary>
    public static async Task<IReadOnlyList<int>> WhoAsync(int port, int workers, CancellationToken ct) =>
        (await FindAsync(port, workers, gone: 0, Stopwatch.GetTimestamp(), ct)).Workers;

    static Task<(IReadOnlyList<int> Workers, TimeSpan Elapsed)> FindAsync(int port, int workers, int gone, long start, CancellationToken ct) =>
        Task.Factory.StartNew(() => Find(port, workers, gone, start, ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    static (IReadOnlyList<int> Workers, TimeSpan Elapsed) Find(int port, int workers, int gone, long start, CancellationToken ct)
    {
        using var connection = new Connection(port, Patience);
        var seen = new HashSet<int>();
        for (var last = RequestOutcome.NotConnected; seen.Count < workers;)
        {
            ct.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start) > Limit)
                throw new MeasurementException($"{seen.Count} of {workers} workers answer {Limit.TotalSeconds} s after the start or the kill; the last request: {last}");
            last = connection.Ask(new Question(0, 0, IsPost: false, IsLast: true));
            if (last == RequestOutcome.Answered && WorkerIn(connection.Answer) is var worker && worker != gone)
                seen.Add(worker);
            else
                Thread.Sleep(1);
        }

        return ([.. seen.Order()], Stopwatch.GetElapsedTime(start));
    }

    static int WorkerIn(ReadOnlySpan<byte> answer)
    {
        var text = Encoding.ASCII.GetString(answer).TrimEnd();
        return int.Parse(text[(text.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
    }
}
