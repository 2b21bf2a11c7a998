using System.Net;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;

namespace Drover.AspNetCore;

/// <summary>One endpoint of Kestrel's on a port of the cluster.</summary>
internal sealed class ClusterConnectionListener(ClusterTcpListener listener, ConnectionTransport transport, EndPoint asked) : IConnectionListener
{
    public EndPoint EndPoint { get; } = listener.LocalEndPoint ?? asked;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await listener.AcceptDescriptorAsync(cancellationToken) is { } descriptor)
        {
            try
            {
                var connection = transport.Accept(descriptor);
                connection.ConnectionClosed.UnsafeRegister(static state => ((ClusterTcpListener)state!).Ended(), listener);
                return connection;
            }
            catch (IOException)
            {
                // The client was gone before it was looked at.
                listener.Ended();
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.DisposeAsync();

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
