using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drover.FunctionalTests.Faults;

/// <summary>A client that speaks in lines and tells a lost connection from an answer.</summary>
internal sealed class FaultClient : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[256];
    private string _text = "";

    private FaultClient(Socket socket) => _socket = socket;

    internal static async Task<FaultClient> ConnectAsync(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port).WaitAsync(TestCluster.Deadline);
            return new FaultClient(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects again and again until this worker of the behaviour Converse is the one that answers.</summary>
    internal static async Task UntilAnsweredByAsync(TestCluster cluster, int port, string worker)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var client = await ConnectAsync(port);
            if (await client.AskAsync("who") == worker + " who") return;
            Assert.True(Stopwatch.GetElapsedTime(began) < TestCluster.Deadline, $"worker {worker} gets no connection\n{cluster.Describe()}");
        }
    }

    /// <summary>False: the connection was reset.</summary>
    internal async Task<bool> SendAsync(string line)
    {
        try
        {
            await _socket.SendAsync(Encoding.UTF8.GetBytes(line + "\n"));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The next line; null when the connection has ended, in whatever way.</summary>
    internal async Task<string?> LineAsync()
    {
        while (true)
        {
            var end = _text.IndexOf('\n', StringComparison.Ordinal);
            if (end >= 0)
            {
                var line = _text[..end];
                _text = _text[(end + 1)..];
                return line;
            }

            try
            {
                var count = await _socket.ReceiveAsync(_buffer).WaitAsync(TestCluster.Deadline);
                if (count == 0) return null;
                _text += Encoding.UTF8.GetString(_buffer, 0, count);
            }
            catch (SocketException)
            {
                return null;
            }
        }
    }

    /// <summary>Sends a line and gives the answer; null when the connection has ended.</summary>
    internal async Task<string?> AskAsync(string line) => await SendAsync(line) ? await LineAsync() : null;

    public void Dispose() => _socket.Dispose();
}
