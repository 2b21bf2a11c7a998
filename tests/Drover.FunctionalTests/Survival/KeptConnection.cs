using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Drover.FunctionalTests.Survival;

/// <summary>
/// One TCP connection of an HTTP/1.1 client that repeats nothing and connects once: what it gets, it gets from whoever serves this
/// connection.
/// </summary>
internal sealed class KeptConnection : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly byte[] _buffer = new byte[65536];
    private string _received = "";

    internal static async Task<KeptConnection> OpenAsync(int port)
    {
        var connection = new KeptConnection();
        await connection._client.ConnectAsync("127.0.0.1", port, Token).AsTask().WaitAsync(TestCluster.Deadline);
        return connection;
    }

    internal static async Task<KeptConnection[]> OpenManyAsync(int port, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => OpenAsync(port)));

    /// <summary>The body of the answer to a GET; fails when there is no such answer.</summary>
    internal async Task<string> GetAsync(string path)
    {
        await SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        var (status, _, body) = await AnswerAsync();
        Assert.Equal(200, status);
        return body;
    }

    internal async Task SendAsync(string text) => await _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Token);

    internal void EndOutput() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>The next answer. An <see cref="IOException"/> when the connection ends before it is whole.</summary>
    internal async Task<(int Status, string Head, string Body)> AnswerAsync()
    {
        int end;
        while ((end = _received.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0) await ReceiveAsync();
        var head = _received[..end];
        _received = _received[(end + 4)..];
        var status = int.Parse(head.Split(' ')[1], CultureInfo.InvariantCulture);
        return (status, head, await BodyAsync(head));
    }

    internal bool HasReceived(string part) => Volatile.Read(ref _received).Contains(part, StringComparison.Ordinal);

    /// <summary>Whether the server ends the connection, without a further byte.</summary>
    internal async Task<bool> EndsAsync() => _received.Length == 0 && await _client.GetStream().ReadAsync(_buffer, Token).AsTask().WaitAsync(TestCluster.Deadline) == 0;

    public void Dispose() => _client.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<string> BodyAsync(string head)
    {
        var length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is not null) return await TakeAsync(int.Parse(length.Split(':')[1], CultureInfo.InvariantCulture));
        if (!head.Contains("Transfer-Encoding: chunked", StringComparison.OrdinalIgnoreCase)) return "";
        var body = "";
        while (true)
        {
            int end;
            while ((end = _received.IndexOf("\r\n", StringComparison.Ordinal)) < 0) await ReceiveAsync();
            var size = int.Parse(_received[..end], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            _received = _received[(end + 2)..];
            var chunk = await TakeAsync(size + 2);
            if (size == 0) return body;
            body += chunk[..^2];
        }
    }

    private async Task<string> TakeAsync(int length)
    {
        while (_received.Length < length) await ReceiveAsync();
        var taken = _received[..length];
        _received = _received[length..];
        return taken;
    }

    private async Task ReceiveAsync()
    {
        var count = await _client.GetStream().ReadAsync(_buffer, Token).AsTask().WaitAsync(TestCluster.Deadline);
        if (count == 0) throw new EndOfStreamException($"The server has closed the connection after: {_received}");
        _received += Encoding.ASCII.GetString(_buffer, 0, count);
    }
}
