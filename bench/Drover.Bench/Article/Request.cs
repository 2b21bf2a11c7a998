using System.Net;
using System.Net.Sockets;

namespace Drover.Bench.Article;

/// <summary>
/// One request on a connection of its own. Made of a bare socket: an HTTP client may repeat a request that failed, and then nobody
/// would know.
/// </summary>
static class Request
{
    static readonly byte[] Text = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray();

    public static async Task<RequestOutcome> SendAsync(EndPoint endPoint, TimeSpan timeout, byte[] buffer)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            await socket.ConnectAsync(endPoint, limit.Token);
        }
        catch (SocketException)
        {
            return RequestOutcome.NotConnected;
        }
        catch (OperationCanceledException)
        {
            return RequestOutcome.TimedOut;
        }

        return await ExchangeAsync(socket, buffer, limit.Token);
    }

    static async Task<RequestOutcome> ExchangeAsync(Socket socket, byte[] buffer, CancellationToken limit)
    {
        var length = 0;
        var otherwise = RequestOutcome.ClosedWithoutAnswer;
        try
        {
            await socket.SendAsync(Text, limit);
            while (length < buffer.Length && await socket.ReceiveAsync(buffer.AsMemory(length), limit) is var received and > 0)
            {
                length += received;
                otherwise = RequestOutcome.IncompleteAnswer;
            }
        }
        catch (SocketException)
        {
            otherwise = RequestOutcome.Reset;
        }
        catch (OperationCanceledException)
        {
            otherwise = RequestOutcome.TimedOut;
        }

        // A complete answer is one, however the connection ended after it.
        return Answer.Judge(buffer.AsSpan(0, length), "Response from worker ") ?? otherwise;
    }
}
