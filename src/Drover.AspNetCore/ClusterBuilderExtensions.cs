using Drover;
using Drover.AspNetCore;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Makes a web application a worker of a cluster.</summary>
public static class ClusterBuilderExtensions
{
    /// <summary>
    /// Serves on the ports of the cluster when this process is a worker: addresses stay as they are written (<c>--urls</c>, appsettings,
    /// code), and the application stops gracefully when the primary asks it to. In any other process it changes nothing.
    /// </summary>
    public static WebApplicationBuilder UseCluster(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.WebHost.UseCluster();
        return builder;
    }

    /// <inheritdoc cref="UseCluster(WebApplicationBuilder)"/>
    public static IWebHostBuilder UseCluster(this IWebHostBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.ConfigureServices(AddCluster);
    }

    private static void AddCluster(IServiceCollection services)
    {
        if (Cluster.CurrentWorker is not { } worker) return;
        services.AddSingleton(worker);

        // The last factory that can bind an endpoint is the one Kestrel takes.
        services.AddSingleton<IConnectionListenerFactory, ClusterConnectionListenerFactory>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClusterLifetime>());

        // Before all other middleware: what any of them answers is a request too.
        if (!services.Any(service => service.ImplementationType == typeof(RequestBounds)))
            services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestBounds>());
        services.Configure<HostOptions>(options =>
        {
            if (worker.DrainTimeout != Timeout.InfiniteTimeSpan) options.ShutdownTimeout = worker.DrainTimeout;
        });
    }
}
