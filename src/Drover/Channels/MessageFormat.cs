using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drover.Channels;

/// <summary>
/// How user messages look on the channel. To a Node peer a message is its plain JSON. Between two Drovers it is wrapped, so that the
/// receiver knows its type without guessing:
/// <c>{"cmd":"DROVER_MESSAGE","type":T,"value":V}</c>. Requests and answers look the same to every peer, so a Node program can take part:
/// <c>{"cmd":"DROVER_REQUEST","id":N,"type":T,"value":V}</c>, <c>{"cmd":"DROVER_RESPONSE","id":N,"value":V}</c> or <c>,"error":"text"}</c>.
/// </summary>
internal static class MessageFormat
{
    /// <summary>What user messages are serialised with unless a JsonTypeInfo is given: camelCase names, as a Node program expects.</summary>
    internal static readonly JsonSerializerOptions DefaultOptions = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [ThreadStatic]
    private static Scratch? _scratch;

    internal static ReadOnlySpan<byte> CommandPrefix => "{\"cmd\":\"DROVER_"u8;

    private static ReadOnlySpan<byte> MessagePrefix => "{\"cmd\":\"DROVER_MESSAGE\",\"type\":\""u8;

    private static ReadOnlySpan<byte> RequestPrefix => "{\"cmd\":\"DROVER_REQUEST\",\"id\":"u8;

    internal static ReadOnlySpan<byte> ResponsePrefix => "{\"cmd\":\"DROVER_RESPONSE\",\"id\":"u8;

    private static ReadOnlySpan<byte> TypePart => ",\"type\":\""u8;

    private static ReadOnlySpan<byte> ValuePart => ",\"value\":"u8;

    /// <summary>The name that stands for a type on the channel: as in C#, without the assembly, so that two programs can share it.</summary>
    internal static byte[] NameOf(Type type) => Encoding.UTF8.GetBytes(JsonEncodedText.Encode(type.ToString()).Value);

    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    internal static JsonTypeInfo<T> TypeInfo<T>()
    {
        if (Known<T>.Info is { } known) return known;

        // A library that is ready for trimming gets no reflection by default; whoever comes here has been warned and wants it.
        DefaultOptions.MakeReadOnly(populateMissingResolver: true);
        return Known<T>.Info = (JsonTypeInfo<T>)DefaultOptions.GetTypeInfo(typeof(T));
    }

    /// <summary>The returned span is the calling thread's, until its next call here.</summary>
    internal static ReadOnlySpan<byte> Plain<T>(T value, JsonTypeInfo<T> type)
    {
        var scratch = Begin();
        scratch.Value(value, type);
        return scratch.Written;
    }

    internal static ReadOnlySpan<byte> Message<T>(T value, JsonTypeInfo<T> type)
    {
        var scratch = Begin();
        scratch.Bytes(MessagePrefix);
        scratch.Bytes(TypeName<T>.Utf8);
        scratch.Bytes("\""u8);
        scratch.Bytes(ValuePart);
        scratch.Value(value, type);
        scratch.Bytes("}"u8);
        return scratch.Written;
    }

    internal static ReadOnlySpan<byte> Request<T>(long id, T value, JsonTypeInfo<T> type)
    {
        var scratch = Begin();
        scratch.Bytes(RequestPrefix);
        scratch.Number(id);
        scratch.Bytes(TypePart);
        scratch.Bytes(TypeName<T>.Utf8);
        scratch.Bytes("\""u8);
        scratch.Bytes(ValuePart);
        scratch.Value(value, type);
        scratch.Bytes("}"u8);
        return scratch.Written;
    }

    internal static ReadOnlySpan<byte> Response<T>(long id, T value, JsonTypeInfo<T> type)
    {
        var scratch = Begin();
        scratch.Bytes(ResponsePrefix);
        scratch.Number(id);
        scratch.Bytes(ValuePart);
        scratch.Value(value, type);
        scratch.Bytes("}"u8);
        return scratch.Written;
    }

    internal static ReadOnlySpan<byte> Failure(long id, string error)
    {
        var scratch = Begin();
        scratch.Bytes(ResponsePrefix);
        scratch.Number(id);
        scratch.Bytes(",\"error\":\""u8);
        scratch.Bytes(JsonEncodedText.Encode(error).EncodedUtf8Bytes);
        scratch.Bytes("\"}"u8);
        return scratch.Written;
    }

    internal static MessageParts Parse(ReadOnlyMemory<byte> line)
    {
        var bytes = line.Span;
        if (!bytes.StartsWith(CommandPrefix)) return new MessageParts(MessageKind.Plain, 0, default, line);
        if (bytes.StartsWith(MessagePrefix))
        {
            // Our own writer made this line, so the borders can be found without parsing what the handler parses anyway.
            var rest = line[MessagePrefix.Length..^1];
            var end = rest.Span.IndexOf((byte)'"');
            if (end > 0 && rest.Span[(end + 1)..].StartsWith(ValuePart) && bytes[^1] == (byte)'}')
                return new MessageParts(MessageKind.Typed, 0, rest[..end], rest[(end + 1 + ValuePart.Length)..]);
        }

        return ParseSlowly(line);
    }

    /// <exception cref="ChannelProtocolException">The bytes are not one JSON value.</exception>
    internal static void EnsureJson(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            while (reader.Read())
            {
            }
        }
        catch (JsonException exception)
        {
            throw new ChannelProtocolException("not JSON: " + exception.Message);
        }
    }

    private static MessageParts ParseSlowly(ReadOnlyMemory<byte> line)
    {
        EnsureJson(line.Span);
        var kind = MessageKind.Plain;
        long id = 0;
        var hasId = true;
        ReadOnlyMemory<byte> type = default, value = default;
        var reader = new Utf8JsonReader(line.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isCommand = reader.ValueTextEquals("cmd"u8);
            var isId = reader.ValueTextEquals("id"u8);
            var isType = reader.ValueTextEquals("type"u8);
            var isValue = reader.ValueTextEquals("value"u8);
            var isError = reader.ValueTextEquals("error"u8);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isId && (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out id))) hasId = false;
            if (isCommand) kind = KindOf(reader.ValueSpan, kind);
            if (isError) kind = MessageKind.Failure;
            reader.Skip();
            var raw = line[start..(int)reader.BytesConsumed];
            if (isType && raw.Length >= 2) type = raw[1..^1];
            if (isValue || isError) value = raw;
        }

        if (kind == MessageKind.Plain) return new MessageParts(kind, 0, default, line);
        return hasId ? new MessageParts(kind, id, type, value) : throw new ChannelProtocolException("the id of a request or of an answer is not a number");
    }

    private static MessageKind KindOf(ReadOnlySpan<byte> command, MessageKind soFar) => command switch
    {
        var _ when command.SequenceEqual("DROVER_MESSAGE"u8) => MessageKind.Typed,
        var _ when command.SequenceEqual("DROVER_REQUEST"u8) => MessageKind.Request,
        var _ when command.SequenceEqual("DROVER_RESPONSE"u8) => soFar == MessageKind.Failure ? soFar : MessageKind.Response,
        _ => soFar,
    };

    private static Scratch Begin()
    {
        var scratch = _scratch ??= new Scratch();
        scratch.Reset();
        return scratch;
    }

    private static class Known<T>
    {
        internal static JsonTypeInfo<T>? Info { get; set; }
    }

    private static class TypeName<T>
    {
        internal static readonly byte[] Utf8 = NameOf(typeof(T));
    }

    private sealed class Scratch
    {
        private const int KeptBytes = 1024 * 1024;

        private readonly Utf8JsonWriter _json;
        private ArrayBufferWriter<byte> _buffer = new(1024);

        internal Scratch() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = DefaultOptions.Encoder, SkipValidation = true });

        internal ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

        internal void Reset()
        {
            if (_buffer.Capacity > KeptBytes) _buffer = new ArrayBufferWriter<byte>(1024);
            _buffer.ResetWrittenCount();
        }

        internal void Bytes(ReadOnlySpan<byte> bytes) => _buffer.Write(bytes);

        internal void Number(long value)
        {
            Utf8Formatter.TryFormat(value, _buffer.GetSpan(20), out var count);
            _buffer.Advance(count);
        }

        internal void Value<T>(T value, JsonTypeInfo<T> type)
        {
            _json.Reset(_buffer);
            JsonSerializer.Serialize(_json, value, type);
            _json.Flush();
        }
    }
}
