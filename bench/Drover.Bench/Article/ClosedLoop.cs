using System.Diagnostics;
using System.Net;

namespace Drover.Bench.Article;

/// <summary>
/// Clients that each send a request, wait for how it ends, and send the next. At the end of the time each finishes the one that it
/// has begun, so that all are accounted for.
/// </summary>
sealed class ClosedLoop(int port, int clients, TimeSpan warmup, TimeSpan duration)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly IPEndPoint _endPoint = new(IPAddress.Loopback, port);

    /// <param name="onWarm">Called when the warm-up is over.</param>
    /// <param name="onEnd">Called when no new request is begun.</param>
    public async Task<Tally> RunAsync(Action onWarm, Action onEnd, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var loops = Enumerable.Range(0, clients).Select(_ => RunClientAsync(start, ct)).ToList();
        await Task.Delay(warmup, ct);
        onWarm();
        await Task.Delay(duration, ct);
        onEnd();
        return Tally.Sum(await Task.WhenAll(loops), duration);
    }

    async Task<Tally> RunClientAsync(long start, CancellationToken ct)
    {
        var tally = new Tally();
        var buffer = new byte[1024];
        for (var begun = Stopwatch.GetElapsedTime(start); begun < warmup + duration; begun = Stopwatch.GetElapsedTime(start))
        {
            ct.ThrowIfCancellationRequested();
            var outcome = await Request.SendAsync(_endPoint, Patience, buffer);
            var ended = Stopwatch.GetElapsedTime(start);
            tally.Add(outcome, ended - begun, isMeasured: ended >= warmup && ended < warmup + duration);
        }

        return tally;
    }
}
