using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Support;

/// <summary>A client of a server that says something first.</summary>
internal sealed class Client : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;

    private Client(Socket socket)
    {
        _socket = socket;
        _reader = new StreamReader(new NetworkStream(socket, ownsSocket: true));
    }

    internal static async Task<Client> ConnectAsync(EndPoint server, IPAddress? from = null)
    {
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (from is not null) socket.Bind(new IPEndPoint(from, 0));
            await socket.ConnectAsync(server, Token).AsTask().WaitAsync(TestCluster.Deadline);
            return new Client(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static Task<Client> ConnectAsync(int port) => ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>Connects and reads everything until the server closes.</summary>
    internal static async Task<string> ReadAllAsync(EndPoint server, IPAddress? from = null)
    {
        using var client = await ConnectAsync(server, from);
        return (await client._reader.ReadToEndAsync(Token).WaitAsync(TestCluster.Deadline)).Trim();
    }

    /// <summary>The next line; null when the server has closed the connection, in order or not.</summary>
    internal async Task<string?> LineAsync()
    {
        try
        {
            return await _reader.ReadLineAsync(Token).AsTask().WaitAsync(TestCluster.Deadline);
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal async Task WriteAsync(string text) => await _socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(text), Token);

    /// <summary>The next character, of a server that says less than a line.</summary>
    internal async Task<char> CharacterAsync()
    {
        var buffer = new char[1];
        return await _reader.ReadAsync(buffer, Token).AsTask().WaitAsync(TestCluster.Deadline) == 1 ? buffer[0] : throw new EndOfStreamException();
    }

    public void Dispose() => _reader.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
