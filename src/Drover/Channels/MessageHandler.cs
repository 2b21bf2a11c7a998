using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drover.Channels;

/// <summary>Somebody who wants messages. What it is given is valid until the returned task ends.</summary>
internal abstract class MessageHandler(byte[]? typeName)
{
    /// <summary>Whether a message of this type is for this handler. A message without a type, as Node sends it, is for everybody.</summary>
    internal bool Wants(ReadOnlySpan<byte> type) => typeName is null || type.IsEmpty || type.SequenceEqual(typeName);

    /// <summary>False when the value does not fit and the message is not this handler's after all.</summary>
    internal abstract ValueTask<bool> HandleAsync(Worker sender, in MessageParts parts, ReceivedSocket? socket);
}

/// <summary>Gets every message, undecoded: the <c>OnMessage</c> events.</summary>
internal sealed class RawMessageHandler(Action<Worker, ClusterMessage> handler) : MessageHandler(typeName: null)
{
    internal override ValueTask<bool> HandleAsync(Worker sender, in MessageParts parts, ReceivedSocket? socket)
    {
        // It may look at the bytes as they are, and is told that they are JSON.
        MessageFormat.EnsureJson(parts.Value.Span);
        var type = parts.Type.IsEmpty ? null : System.Text.Encoding.UTF8.GetString(parts.Type.Span);
        handler(sender, new ClusterMessage(parts.Value.ToArray(), type, socket?.Take()));
        return new ValueTask<bool>(true);
    }
}

/// <summary>Gets the messages of one type.</summary>
internal sealed class TypedMessageHandler<T>(JsonTypeInfo<T> type, Func<Worker, T, ValueTask> handler) : MessageHandler(MessageFormat.NameOf(typeof(T)))
{
    internal override ValueTask<bool> HandleAsync(Worker sender, in MessageParts parts, ReceivedSocket? socket)
    {
        T? value;
        try
        {
            value = JsonSerializer.Deserialize(parts.Value.Span, type);
        }
        catch (JsonException exception)
        {
            MessageFormat.EnsureJson(parts.Value.Span);
            if (parts.Type.IsEmpty) return new ValueTask<bool>(false);
            throw new InvalidDataException($"A message does not fit {typeof(T)}: {exception.Message}", exception);
        }

        var pending = handler(sender, value!);
        return pending.IsCompletedSuccessfully ? new ValueTask<bool>(true) : AwaitAsync(pending);
    }

    private static async ValueTask<bool> AwaitAsync(ValueTask pending)
    {
        await pending;
        return true;
    }
}

/// <summary>Answers the requests of one type.</summary>
internal abstract class RequestHandler(byte[] typeName)
{
    internal bool Wants(ReadOnlySpan<byte> type) => type.IsEmpty || type.SequenceEqual(typeName);

    internal abstract ValueTask AnswerAsync(Worker sender, MessagePort port, MessageParts request);
}

internal sealed class RequestHandler<TRequest, TResponse>(
    JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, Func<Worker, TRequest, CancellationToken, ValueTask<TResponse>> handler)
    : RequestHandler(MessageFormat.NameOf(typeof(TRequest)))
{
    internal override async ValueTask AnswerAsync(Worker sender, MessagePort port, MessageParts request)
    {
        try
        {
            var value = JsonSerializer.Deserialize(request.Value.Span, requestType)!;
            var response = await handler(sender, value, port.Ended);
            port.SendLine(MessageFormat.Response(request.Id, response, responseType));
        }
        catch (Exception exception)
        {
            // Whatever went wrong is the asker's to know; it must not hang until its time limit.
            port.SendLine(MessageFormat.Failure(request.Id, $"{exception.GetType().Name}: {exception.Message}"));
        }
    }
}
