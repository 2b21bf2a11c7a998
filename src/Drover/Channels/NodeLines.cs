using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Drover.Listening;

namespace Drover.Channels;

/// <summary>Writes the lines of Node's protocol, field by field as Node does.</summary>
internal static class NodeLines
{
    // Read by a JSON parser and never put into a web page, so only what JSON itself demands is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static ReadOnlySpan<byte> HandleAcknowledged => "{\"cmd\":\"NODE_HANDLE_ACK\"}"u8;

    internal static ReadOnlySpan<byte> HandleRefused => "{\"cmd\":\"NODE_HANDLE_NACK\"}"u8;

    /// <summary>A worker's first line. <paramref name="handOff"/>: it reads connections from the hand-off socket as well.</summary>
    internal static byte[] Online(int sequence, bool handOff) =>
        Write((sequence, handOff), static (json, m) =>
        {
            json.WriteString("act"u8, "online"u8);
            if (m.handOff) json.WriteNumber("drover"u8, 1);
            json.WriteNumber("seq"u8, m.sequence);
        });

    internal static byte[] Act(ReadOnlySpan<byte> act, int sequence) =>
        Utf8($"{{\"cmd\":\"NODE_CLUSTER\",\"act\":\"{Encoding.ASCII.GetString(act)}\",\"seq\":{sequence}}}");

    internal static byte[] Acknowledge(int acknowledges, int sequence) =>
        Utf8($"{{\"cmd\":\"NODE_CLUSTER\",\"ack\":{acknowledges},\"seq\":{sequence}}}");

    internal static byte[] Accepted(int acknowledges, bool accepted, int sequence) =>
        Utf8($"{{\"cmd\":\"NODE_CLUSTER\",\"ack\":{acknowledges},\"accepted\":{(accepted ? "true" : "false")},\"seq\":{sequence}}}");

    /// <summary>A worker has closed a server. <paramref name="isStopping"/>: its process is about to end, so the port is not given up.</summary>
    internal static byte[] Close(string key, bool isStopping, int sequence) =>
        Write((key, isStopping, sequence), static (json, m) =>
        {
            json.WriteString("act"u8, "close"u8);
            json.WriteString("key"u8, m.key);
            if (m.isStopping) json.WriteNumber("drover"u8, 1);
            json.WriteNumber("seq"u8, m.sequence);
        });

    /// <summary>A descriptor's line around an inner message.</summary>
    internal static byte[] Handle(string type, ReadOnlySpan<byte> inner)
    {
        var head = Encoding.UTF8.GetBytes($"{{\"cmd\":\"NODE_HANDLE\",\"type\":\"{type}\",\"msg\":");
        byte[] line = [.. head, .. inner, (byte)'}'];
        return line;
    }

    /// <summary>The constant part of every <c>newconn</c> of one server, up to the sequence number.</summary>
    internal static byte[] NewConnectionPrefix(string key) =>
        Encoding.UTF8.GetBytes(
            "{\"cmd\":\"NODE_HANDLE\",\"type\":\"net.Native\",\"msg\":{\"cmd\":\"NODE_CLUSTER\",\"act\":\"newconn\",\"key\":\""
            + JsonEncodedText.Encode(key, Options.Encoder).Value + "\",\"seq\":");

    /// <summary>Writes prefix, number and the closing braces into <paramref name="line"/>; returns the length.</summary>
    internal static int NewConnection(ReadOnlySpan<byte> prefix, int sequence, Span<byte> line)
    {
        prefix.CopyTo(line);
        sequence.TryFormat(line[prefix.Length..], out var digits, default, CultureInfo.InvariantCulture);
        "}}"u8.CopyTo(line[(prefix.Length + digits)..]);
        return prefix.Length + digits + 2;
    }

    /// <summary>The answer to <c>queryServer</c>. <paramref name="server"/>: its number on the hand-off socket, for workers that have one.</summary>
    internal static byte[] Reply(int acknowledges, string key, int errno, ReadOnlyMemory<byte> data, EndPoint? bound, int? server, int sequence) =>
        Write((acknowledges, key, errno, data, bound, server, sequence), static (json, m) =>
        {
            if (m.errno == 0) json.WriteNull("errno"u8);
            else json.WriteNumber("errno"u8, m.errno);
            json.WriteString("key"u8, m.key);
            json.WriteNumber("ack"u8, m.acknowledges);

            // A TLS worker of Node dies when its own data does not come back.
            json.WritePropertyName("data"u8);
            if (m.data.IsEmpty) json.WriteNullValue();
            else json.WriteRawValue(m.data.Span, skipInputValidation: true);
            if (m.bound is IPEndPoint ip)
            {
                json.WriteStartObject("sockname"u8);
                json.WriteString("address"u8, ip.Address.ToString());
                json.WriteString("family"u8, ip.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6"u8 : "IPv4"u8);
                json.WriteNumber("port"u8, ip.Port);
                json.WriteEndObject();
            }

            if (m.server is { } number) json.WriteNumber("drover"u8, number);
            json.WriteNumber("seq"u8, m.sequence);
        });

    internal static byte[] QueryServer(ListenRequest request, int sequence) => Listen("queryServer", request, request.Port, sequence);

    internal static byte[] Listening(ListenRequest request, int? actualPort, int sequence) => Listen("listening", request, actualPort, sequence);

    private static byte[] Listen(string act, ListenRequest request, int? port, int sequence) =>
        Write((act, request, port, sequence), static (json, m) =>
        {
            json.WriteString("act"u8, m.act);
            json.WriteNumber("index"u8, m.request.Index);
            json.WriteNull("data"u8);
            WriteStringOrNull(json, "address"u8, m.request.Address);
            if (m.port is { } value) json.WriteNumber("port"u8, value);
            else json.WriteNull("port"u8);
            if (m.request.Kind is ListenKind.Udp4 or ListenKind.Udp6) json.WriteString("addressType"u8, m.request.Kind == ListenKind.Udp4 ? "udp4"u8 : "udp6"u8);
            else if (m.request.Kind == ListenKind.Descriptor) json.WriteNull("addressType"u8);
            else json.WriteNumber("addressType"u8, m.request.Kind switch { ListenKind.Tcp4 => 4, ListenKind.Tcp6 => 6, _ => -1 });
            if (m.request.Descriptor is { } descriptor) json.WriteNumber("fd"u8, descriptor);
            json.WriteNumber("flags"u8, m.request.Flags);
            json.WriteNumber("backlog"u8, m.request.Backlog);
            if (m.request.ReadableByAll) json.WriteBoolean("readableAll"u8, true);
            if (m.request.WritableByAll) json.WriteBoolean("writableAll"u8, true);
            json.WriteNumber("seq"u8, m.sequence);
        });

    private static void WriteStringOrNull(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null) json.WriteNull(name);
        else json.WriteString(name, value);
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Write<TState>(TState state, Action<Utf8JsonWriter, TState> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("cmd"u8, "NODE_CLUSTER"u8);
            write(json, state);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
