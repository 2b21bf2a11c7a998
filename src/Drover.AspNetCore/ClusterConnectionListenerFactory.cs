using System.Net;
using System.Net.Sockets;
using Drover.AspNetCore.Transport;
using Drover.Workers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Drover.AspNetCore;

/// <summary>What Kestrel binds its endpoints with in a worker: the ports are the primary's, the connections come from it.</summary>
internal sealed class ClusterConnectionListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector, IAsyncDisposable
{
    private readonly ConnectionTransport _transport;
    private readonly CurrentWorker _worker;
    private readonly ILogger _logger;

    public ClusterConnectionListenerFactory(CurrentWorker worker, ILoggerFactory loggers, IOptions<KestrelServerOptions> kestrel, IServiceProvider services)
    {
        _worker = worker;
        _logger = loggers.CreateLogger("Drover");
        _transport = new ConnectionTransport(ConnectionTransportOptions.From(kestrel.Value.Limits), _logger, services.GetService<IMemoryPoolFactory<byte>>(), worker.HandOff);
        if (worker.HandOff is { } handOff) handOff.Holder = _transport;
    }

    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint or UnixDomainSocketEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            // Kestrel's accept loop only starts each connection on the thread pool, so it may run on the worker's loop itself.
            var listener = await ClusterTcpListener.ListenAsync(endpoint, ClusterListenOptions.Default, inlineContinuations: true, cancellationToken);
            return new ClusterConnectionListener(listener, _transport, endpoint);
        }
        catch (SocketException exception)
        {
            _worker.OnCannotListen();
            if (exception.SocketErrorCode != SocketError.AddressAlreadyInUse) throw;
            throw new AddressInUseException(exception.Message, exception);
        }
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
