using System.Net.Sockets;
using Drover.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
namespace Drover.AspNetCore.Transport;
internal sealed class ConnectionTransportOptions;
internal sealed class ConnectionTransport(ConnectionTransportOptions options, Microsoft.Extensions.Logging.ILogger logger, IMemoryPoolFactory<byte>? pools) : IAsyncDisposable
{
    private readonly SocketConnectionContextFactory _factory = new(new SocketConnectionFactoryOptions(), logger);
    internal ConnectionContext Accept(FileDescriptor descriptor) { _ = options; _ = pools; return _factory.Create(new Socket(new SafeSocketHandle(descriptor.Release(), true))); }
    public ValueTask DisposeAsync() { _factory.Dispose(); return default; }
}
