using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Drover.FunctionalTests.Survival;

/// <summary>A bare HTTP/1.1 connection that says of each request what became of it. It repeats nothing.</summary>
internal sealed class CountingConnection : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[32768];
    private int _begin;
    private int _end;

    /// <summary>Whether another request may follow on this connection.</summary>
    internal bool IsUsable { get; private set; } = true;

    internal static async Task<CountingConnection> OpenAsync(int port)
    {
        var connection = new CountingConnection();
        await connection._socket.ConnectAsync("127.0.0.1", port);
        return connection;
    }

    internal async Task SendAsync(string text)
    {
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes(text));
        }
        catch (SocketException)
        {
            // The answer, or its absence, says what became of it.
        }
    }

    internal void EndOutput()
    {
        IsUsable = false;
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Reads the next answer, which must be this one.</summary>
    internal async Task<Outcome> AnswerAsync(string expected)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var hasBegun = _end > _begin;
        try
        {
            var head = await HeadAsync(deadline.Token);
            hasBegun = true;
            var status = int.Parse(head.AsSpan(9, 3), CultureInfo.InvariantCulture);
            var body = await BodyAsync(head, deadline.Token);
            if (head.Contains("Connection: close", StringComparison.OrdinalIgnoreCase)) IsUsable = false;
            if (status == 503) return Outcome.Unavailable;
            return status == 200 && body == expected ? Outcome.Answered : Wrong($"{head}\n{body}", expected);
        }
        catch (SocketException)
        {
            return Unusable(Outcome.Reset);
        }
        catch (EndOfStreamException)
        {
            return Unusable(hasBegun || _end > _begin ? Outcome.Truncated : Outcome.Closed);
        }
        catch (OperationCanceledException)
        {
            return Unusable(Outcome.TimedOut);
        }
    }

    /// <summary>What a wrong answer was, for the report.</summary>
    internal string? WrongAnswer { get; private set; }

    public void Dispose() => _socket.Dispose();

    private Outcome Wrong(string answer, string expected)
    {
        WrongAnswer = $"expected '{expected}', got '{answer}'";
        return Unusable(Outcome.Wrong);
    }

    private Outcome Unusable(Outcome outcome)
    {
        IsUsable = false;
        return outcome;
    }

    private async Task<string> HeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var end = _buffer.AsSpan(_begin, _end - _begin).IndexOf("\r\n\r\n"u8);
            if (end >= 0) return Take(end + 4);
            await ReceiveAsync(cancellationToken);
        }
    }

    private async Task<string> BodyAsync(string head, CancellationToken cancellationToken)
    {
        var length = head.Split("\r\n").FirstOrDefault(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
        if (length is not null) return await TakeAsync(int.Parse(length.AsSpan(15), CultureInfo.InvariantCulture), cancellationToken);
        var body = new StringBuilder();
        while (true)
        {
            int end;
            while ((end = _buffer.AsSpan(_begin, _end - _begin).IndexOf("\r\n"u8)) < 0) await ReceiveAsync(cancellationToken);
            var size = int.Parse(Take(end + 2).AsSpan(0, end), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var chunk = await TakeAsync(size + 2, cancellationToken);
            if (size == 0) return body.ToString();
            body.Append(chunk, 0, size);
        }
    }

    private async Task<string> TakeAsync(int length, CancellationToken cancellationToken)
    {
        while (_end - _begin < length) await ReceiveAsync(cancellationToken);
        return Take(length);
    }

    private string Take(int length)
    {
        var text = Encoding.ASCII.GetString(_buffer, _begin, length);
        _begin += length;
        return text;
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        if (_begin > 0)
        {
            Buffer.BlockCopy(_buffer, _begin, _buffer, 0, _end - _begin);
            (_begin, _end) = (0, _end - _begin);
        }

        var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancellationToken);
        if (count == 0) throw new EndOfStreamException();
        _end += count;
    }
}
