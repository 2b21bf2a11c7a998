namespace Drover.Channels;

/// <summary>The handlers of one moment: a worker's own and those of its cluster.</summary>
internal readonly struct HandlerSnapshot(MessageHandlers own, MessageHandlers shared)
{
    private readonly MessageHandler[]? _own = own.Messages;
    private readonly MessageHandler[]? _shared = shared.Messages;
    private readonly RequestHandler[]? _ownRequests = own.Requests;
    private readonly RequestHandler[]? _sharedRequests = shared.Requests;

    /// <summary>The only handler, when there is only one: nearly always.</summary>
    internal MessageHandler? SingleMessageHandler => (_own!.Length, _shared!.Length) switch
    {
        (1, 0) => _own[0],
        (0, 1) => _shared[0],
        _ => null,
    };

    internal IEnumerable<MessageHandler> MessageHandlers => _own!.Concat(_shared!);

    internal RequestHandler? RequestHandlerFor(ReadOnlySpan<byte> type)
    {
        foreach (var handler in _ownRequests!)
        {
            if (handler.Wants(type)) return handler;
        }

        foreach (var handler in _sharedRequests!)
        {
            if (handler.Wants(type)) return handler;
        }

        return null;
    }

    internal bool IsSameAs(in HandlerSnapshot other) =>
        ReferenceEquals(_own, other._own) && ReferenceEquals(_shared, other._shared)
        && ReferenceEquals(_ownRequests, other._ownRequests) && ReferenceEquals(_sharedRequests, other._sharedRequests);
}
