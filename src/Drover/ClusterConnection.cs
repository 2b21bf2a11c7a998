using System.Net.Sockets;

namespace Drover;

/// <summary>A connection that a <see cref="ClusterTcpListener"/> accepted. Disposing it closes the socket.</summary>
public sealed class ClusterConnection : IAsyncDisposable
{
    private readonly Action _ended;
    private int _disposed;

    internal ClusterConnection(Socket socket, Action ended)
    {
        Socket = socket;
        _ended = ended;
        Stream = new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>The connected socket.</summary>
    public Socket Socket { get; }

    /// <summary>The connection as a stream.</summary>
    public NetworkStream Stream { get; }

    /// <summary>Closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            // Others may hold a descriptor of this connection for a moment longer; shutdown tells the client now.
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client has left already.
        }

        await Stream.DisposeAsync();
        _ended();
    }
}
