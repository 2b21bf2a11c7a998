using System.Text.Json;

namespace Drover.Channels;

/// <summary>
/// One line of Node's internal protocol (<c>cmd</c> begins with <c>NODE_</c>), taken apart. The spans point into the line.
/// </summary>
internal ref struct NodeMessage
{
    internal NodeCommand Command;
    internal NodeAct Act;
    internal int? Sequence;
    internal int? Acknowledges;
    internal bool? Accepted;
    internal int Error;
    internal string? Key;

    /// <summary>Of a NODE_HANDLE: what kind of descriptor comes along, and the message inside.</summary>
    internal string? HandleType;
    internal ReadOnlySpan<byte> Inner;

    // What a worker says when it wants to listen, and again when it does.
    internal int Index;
    internal ReadOnlySpan<byte> Data;
    internal string? Address;
    internal int? Port;
    internal string? AddressType;
    internal int? Descriptor;
    internal int Flags;
    internal int Backlog;
    internal bool ReadableByAll;
    internal bool WritableByAll;

    /// <summary>The answer's <c>sockname</c>.</summary>
    internal string? BoundAddress;
    internal int BoundPort;

    /// <summary>What both sides say when they are Drover: the number of a server on the hand-off socket.</summary>
    internal int? Drover;

    /// <summary>Whether a line belongs to the protocol; everything else is a message of the user's.</summary>
    internal static bool IsInternal(ReadOnlySpan<byte> line)
    {
        // Node writes cmd first, so nearly every line is decided by its first bytes.
        if (line.StartsWith("{\"cmd\":\"NODE_"u8)) return true;
        if (line.IsEmpty || line[0] != (byte)'{' || line.IndexOf("NODE_"u8) < 0) return false;
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isCommand = reader.ValueTextEquals("cmd"u8);
                reader.Read();
                if (isCommand) return reader.TokenType == JsonTokenType.String && reader.GetString()!.StartsWith("NODE_", StringComparison.Ordinal);
                reader.Skip();
            }

            return false;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new ChannelProtocolException("a message is not JSON: " + exception.Message);
        }
    }

    internal static NodeMessage Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var message = default(NodeMessage);
            var reader = new Utf8JsonReader(line);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("not an object");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) message.ReadProperty(ref reader, line);
            if (reader.TokenType != JsonTokenType.EndObject || reader.BytesConsumed != line.Length) throw new JsonException("not one object");
            return message;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new ChannelProtocolException("a line of the cluster protocol cannot be read: " + exception.Message);
        }
    }

    private void ReadProperty(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var name = reader.ValueSpan;
        reader.Read();
        var isNull = reader.TokenType == JsonTokenType.Null;
        switch (name)
        {
            case var _ when name.SequenceEqual("cmd"u8): Command = CommandOf(reader.ValueSpan); break;
            case var _ when name.SequenceEqual("act"u8): Act = ActOf(reader.ValueSpan); break;
            case var _ when name.SequenceEqual("seq"u8): Sequence = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("ack"u8): Acknowledges = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("accepted"u8): Accepted = reader.GetBoolean(); break;
            case var _ when name.SequenceEqual("errno"u8) && !isNull: Error = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("key"u8) && !isNull: Key = reader.GetString(); break;
            case var _ when name.SequenceEqual("type"u8): HandleType = reader.GetString(); break;
            case var _ when name.SequenceEqual("msg"u8): Inner = Raw(ref reader, line); break;
            case var _ when name.SequenceEqual("index"u8) && !isNull: Index = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("data"u8): Data = Raw(ref reader, line); break;
            case var _ when name.SequenceEqual("address"u8) && !isNull: Address = reader.GetString(); break;
            case var _ when name.SequenceEqual("port"u8) && !isNull: Port = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("addressType"u8) && !isNull:
                AddressType = reader.TokenType == JsonTokenType.String ? reader.GetString() : reader.GetInt32().ToString();
                break;
            case var _ when name.SequenceEqual("fd"u8) && !isNull: Descriptor = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("flags"u8): Flags = NumberOrZero(ref reader); break;
            case var _ when name.SequenceEqual("backlog"u8): Backlog = NumberOrZero(ref reader); break;
            case var _ when name.SequenceEqual("readableAll"u8): ReadableByAll = reader.TokenType == JsonTokenType.True; break;
            case var _ when name.SequenceEqual("writableAll"u8): WritableByAll = reader.TokenType == JsonTokenType.True; break;
            case var _ when name.SequenceEqual("drover"u8) && !isNull: Drover = reader.GetInt32(); break;
            case var _ when name.SequenceEqual("sockname"u8) && !isNull: ReadSocketName(ref reader); break;
            default: reader.Skip(); break;
        }
    }

    // Node passes on what the program gave: listen(port, host, callback) makes a backlog of false.
    private static int NumberOrZero(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number) return (int)Math.Clamp(reader.GetDouble(), int.MinValue, int.MaxValue);
        reader.Skip();
        return 0;
    }

    private void ReadSocketName(scoped ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isAddress = reader.ValueTextEquals("address"u8);
            var isPort = reader.ValueTextEquals("port"u8);
            reader.Read();
            if (isAddress) BoundAddress = reader.GetString();
            else if (isPort) BoundPort = reader.GetInt32();
            else reader.Skip();
        }
    }

    private static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return line[start..(int)reader.BytesConsumed];
    }

    private static NodeCommand CommandOf(ReadOnlySpan<byte> text) => text switch
    {
        var _ when text.SequenceEqual("NODE_CLUSTER"u8) => NodeCommand.Cluster,
        var _ when text.SequenceEqual("NODE_HANDLE"u8) => NodeCommand.Handle,
        var _ when text.SequenceEqual("NODE_HANDLE_ACK"u8) => NodeCommand.HandleAcknowledged,
        var _ when text.SequenceEqual("NODE_HANDLE_NACK"u8) => NodeCommand.HandleRefused,
        var _ when text.SequenceEqual("NODE_SOCKET_GET_COUNT"u8) => NodeCommand.GetSocketCount,
        _ => NodeCommand.Other,
    };

    private static NodeAct ActOf(ReadOnlySpan<byte> text) => text switch
    {
        var _ when text.SequenceEqual("online"u8) => NodeAct.Online,
        var _ when text.SequenceEqual("queryServer"u8) => NodeAct.QueryServer,
        var _ when text.SequenceEqual("listening"u8) => NodeAct.Listening,
        var _ when text.SequenceEqual("newconn"u8) => NodeAct.NewConnection,
        var _ when text.SequenceEqual("close"u8) => NodeAct.Close,
        var _ when text.SequenceEqual("disconnect"u8) => NodeAct.Disconnect,
        var _ when text.SequenceEqual("exitedAfterDisconnect"u8) => NodeAct.ExitedAfterDisconnect,
        _ => NodeAct.None,
    };
}
