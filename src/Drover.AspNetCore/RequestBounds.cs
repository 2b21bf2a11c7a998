using Drover.AspNetCore.Transport;
using Drover.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Drover.AspNetCore;

/// <summary>
/// Marks where each request begins and ends: its connection cannot move in between, and the primary's policies see how many there are.
/// </summary>
internal sealed class RequestBounds(CurrentWorker worker) : IStartupFilter
{
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
            End(connection);
            throw;
        }

        if (!running.IsCompletedSuccessfully) return Finish(running, connection);
        End(connection);
        return running;
    }

    private async Task Finish(Task running, TransportConnection? connection)
    {
        try
        {
            await running;
        }
        finally
        {
            End(connection);
        }
    }

    private void Begin(HttpContext context, TransportConnection? connection)
    {
        worker.HandOff?.RequestBegins();
        connection?.BeginRequest(context);
    }

    private void End(TransportConnection? connection)
    {
        worker.HandOff?.RequestEnds();
        connection?.EndRequest();
    }
}
