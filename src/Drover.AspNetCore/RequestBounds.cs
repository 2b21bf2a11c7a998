using Drover.AspNetCore.Transport;
using Drover.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore;

/// <summary>
/// Marks where each request begins and ends: its connection cannot move in between, and the primary's policies see how many there are.
/// </summary>
internal sealed class RequestBounds : IStartupFilter, IDisposable
{
    private readonly CurrentWorker _worker;
    private readonly RequestTimeLimit? _limit;

    public RequestBounds(CurrentWorker worker, ILoggerFactory loggers)
    {
        _worker = worker;
        if (worker is { HandOff: { } handOff } && worker.RequestTimeLimit != Timeout.InfiniteTimeSpan)
            _limit = new RequestTimeLimit(worker.RequestTimeLimit, handOff, loggers.CreateLogger("Drover"));
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use(following => context => Run(following, context));
        next(application);
    };

    // Without an async method around requests that complete at once, as most do.
    private Task Run(RequestDelegate following, HttpContext context)
    {
        var connection = context.Features.Get<TransportConnection>();
        Begin(context, connection);
        Task running;
        try
        {
            running = following(context);
        }
        catch
        {
            End(context, connection);
            throw;
        }

        if (!running.IsCompletedSuccessfully) return Finish(running, context, connection);
        End(context, connection);
        return running;
    }

    private async Task Finish(Task running, HttpContext context, TransportConnection? connection)
    {
        try
        {
            await running;
        }
        finally
        {
            End(context, connection);
        }
    }

    private void Begin(HttpContext context, TransportConnection? connection)
    {
        _worker.HandOff?.RequestBegins();
        connection?.BeginRequest(context);
        _limit?.Begin(context);
    }

    private void End(HttpContext context, TransportConnection? connection)
    {
        _worker.HandOff?.RequestEnds();
        connection?.EndRequest();
        _limit?.End(context);
    }

    public void Dispose() => _limit?.Dispose();
}
