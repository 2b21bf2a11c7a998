using System.Net.Sockets;
using System.Text;

namespace Drover.AspNetCore.Tests.Serving;

/// <summary>HTTP/1.1 as bytes, for what a well-behaved client never sends.</summary>
internal static class RawHttp
{
    internal const string Get = "GET / HTTP/1.1\r\nHost: test\r\n\r\n";

    internal static async Task SendAsync(this Socket client, string text) => await client.SendAllAsync(Encoding.ASCII.GetBytes(text));

    internal static async Task SendAllAsync(this Socket client, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty) bytes = bytes[await client.SendAsync(bytes)..];
    }

    /// <summary>Everything up to the end of the server's stream.</summary>
    internal static async Task<string> ReceiveToEndAsync(this Socket client)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        int count;
        while ((count = await client.ReceiveAsync(buffer)) > 0) text.Append(Encoding.ASCII.GetString(buffer, 0, count));
        return text.ToString();
    }

    /// <summary>Up to and including the given text.</summary>
    internal static async Task<string> ReceiveUntilAsync(this Socket client, string end)
    {
        var text = new StringBuilder();
        var buffer = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            if (await client.ReceiveAsync(buffer) == 0) Assert.Fail($"The stream ended after: {text}");
            text.Append((char)buffer[0]);
        }

        return text.ToString();
    }

    /// <summary>Closes with a reset.</summary>
    internal static void Break(this Socket client)
    {
        client.LingerState = new LingerOption(enable: true, seconds: 0);
        client.Close();
    }
}
