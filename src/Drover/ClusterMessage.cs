using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drover.Channels;

namespace Drover;

/// <summary>A message of the user's as it arrived: a JSON value, and perhaps a connected socket that was sent along.</summary>
public sealed class ClusterMessage
{
    internal ClusterMessage(ReadOnlyMemory<byte> json, string? typeName, Socket? socket)
    {
        Json = json;
        TypeName = typeName;
        Socket = socket;
    }

    /// <summary>The value as UTF-8 JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The name of the type that a C# sender gave; null when the sender is a Node program.</summary>
    public string? TypeName { get; }

    /// <summary>The socket that came along, which the receiver owns; null for nearly all messages.</summary>
    public Socket? Socket { get; }

    /// <summary>The value as a <typeparamref name="T"/>; property names are matched without regard to case.</summary>
    /// <exception cref="JsonException">The value does not fit <typeparamref name="T"/>.</exception>
    [RequiresUnreferencedCode(SerializationWarnings.Trimming)]
    [RequiresDynamicCode(SerializationWarnings.Aot)]
    public T? As<T>() => As(MessageFormat.TypeInfo<T>());

    /// <inheritdoc cref="As{T}()"/>
    public T? As<T>(JsonTypeInfo<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return JsonSerializer.Deserialize(Json.Span, type);
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Json.Span);
}
