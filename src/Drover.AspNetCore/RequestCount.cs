using Drover.Workers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Drover.AspNetCore;

/// <summary>Counts the requests in flight where the primary's policies can read it.</summary>
internal sealed class RequestCount(CurrentWorker worker) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => application =>
    {
        application.Use(async (context, following) =>
        {
            worker.CountRequest(1);
            try
            {
                await following(context);
            }
            finally
            {
                worker.CountRequest(-1);
            }
        });
        next(application);
    };
}
