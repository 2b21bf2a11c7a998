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
        // The next one is taken only when the thread pool has got to it: what waits is for the worker that has time first.
        await _turn.WaitAsync();
        while (await listener.AcceptMovableAsync(cancellationToken) is { } taken)
        {
            try
            {
                return transport.Accept(taken.Descriptor, claim: taken.Claim, ended: listener.Ended);
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
