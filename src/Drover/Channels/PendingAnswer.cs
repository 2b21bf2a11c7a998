using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Drover.Channels;

/// <summary>A request that waits for its answer.</summary>
internal interface IPendingAnswer
{
    void Complete(in MessageParts parts);

    void Fail(Exception exception);
}

internal sealed class PendingAnswer<T>(JsonTypeInfo<T> type) : IPendingAnswer
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task<T> Task => _completion.Task;

    public void Complete(in MessageParts parts)
    {
        try
        {
            if (parts.Kind == MessageKind.Failure)
                Fail(new RemoteInvocationException(JsonDocument.Parse(parts.Value).RootElement.ToString()));
            else
                _completion.TrySetResult(JsonSerializer.Deserialize(parts.Value.Span, type)!);
        }
        catch (JsonException exception)
        {
            Fail(new InvalidDataException($"The answer is not a {typeof(T).Name}: {exception.Message}", exception));
        }
    }

    public void Fail(Exception exception) => _completion.TrySetException(exception);
}
