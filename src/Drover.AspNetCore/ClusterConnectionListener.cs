using System.Net;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;

namespace Drover.AspNetCore;

/// <summary>One endpoint of Kestrel's on a port of the cluster.</summary>
internal sealed class ClusterConnectionListener(ClusterTcpListener listener, ConnectionTransport transport, EndPoint asked) : IConnectionListener
{
    private readonly ThreadPoolTurn _turn = new();

    public EndPoint EndPoint { get; } = listener.LocalEndPoint ?? asked;

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        // A connection that is claimed dies with this process; one that is not goes to another worker. So the next is claimed only when
        // the thread pool has got to it: a worker with enough to do takes no more than it works on.
        await _turn.WaitAsync();
        while (await listener.AcceptDescriptorAsync(cancellationToken) is { } descriptor)
        {
            try
            {
                return transport.Accept(descriptor, ended: listener.Ended);
            }
            catch (ObjectDisposedException)
            {
                // The application has stopped; the client finds its connection closed.
                listener.Ended();
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.DisposeAsync();

    public ValueTask DisposeAsync() => listener.DisposeAsync();
}
