using System.Net;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Tests.Serving;

internal sealed class LoopListenerFactory(ConnectionTransportOptions options, IMemoryPoolFactory<byte> pools, ILogger<ConnectionTransport> logger)
    : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endPoint, CancellationToken cancellationToken = default) =>
        await LoopListener.BindAsync(endPoint, new ConnectionTransport(options, logger, pools));
}
