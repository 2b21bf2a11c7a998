using System.Collections.Concurrent;
using Drover.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore;

/// <summary>
/// Aborts requests that take too long. One that goes on all the same will hold what it holds for ever: then the worker asks to be replaced.
/// </summary>
internal sealed class RequestTimeLimit : IDisposable
{
    private const int LooksPerLimit = 4;

    private static readonly TimeSpan MostSeldom = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<HttpContext, Running> _running = new();
    private readonly HandOffReceiver _handOff;
    private readonly TimeSpan _limit;
    private readonly ILogger _logger;
    private readonly Timer _timer;

    internal RequestTimeLimit(TimeSpan limit, HandOffReceiver handOff, ILogger logger)
    {
        _limit = limit;
        _handOff = handOff;
        _logger = logger;
        var interval = limit / LooksPerLimit < MostSeldom ? limit / LooksPerLimit : MostSeldom;
        _timer = new Timer(_ => Look(), state: null, interval, interval);
    }

    internal void Begin(HttpContext context) => _running[context] = new Running(context.Request.Method, context.Request.Path, Environment.TickCount64);

    internal void End(HttpContext context) => _running.TryRemove(context, out _);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var now = Environment.TickCount64;
        foreach (var (context, request) in _running)
        {
            var time = TimeSpan.FromMilliseconds(now - request.Since);
            if (time > _limit && !request.IsAborted)
            {
                request.IsAborted = true;
                RequestTimeLimitLog.Aborted(_logger, request.Method, request.Path, time.TotalSeconds);
                context.Abort();
            }
            else if (time > 2 * _limit && !request.IsHopeless)
            {
                request.IsHopeless = true;
                RequestTimeLimitLog.GoesOn(_logger, request.Method, request.Path, time.TotalSeconds);
                _handOff.StopBeating();
            }
        }
    }

    private sealed class Running(string method, string path, long since)
    {
        internal string Method { get; } = method;

        internal string Path { get; } = path;

        internal long Since { get; } = since;

        internal bool IsAborted { get; set; }

        internal bool IsHopeless { get; set; }
    }
}
