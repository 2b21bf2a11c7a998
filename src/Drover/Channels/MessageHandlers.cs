namespace Drover.Channels;

/// <summary>The handlers that somebody has registered: of one worker, or of a cluster for all its workers.</summary>
internal sealed class MessageHandlers
{
    private readonly Lock _lock = new();
    private MessageHandler[] _messages = [];
    private RequestHandler[] _requests = [];

    /// <summary>Raised after a handler came: messages that nobody wanted so far may be its.</summary>
    internal event Action? Added;

    /// <summary>Never changed in place: each registration makes a new array.</summary>
    internal MessageHandler[] Messages => Volatile.Read(ref _messages);

    /// <inheritdoc cref="Messages"/>
    internal RequestHandler[] Requests => Volatile.Read(ref _requests);

    internal IDisposable Add(MessageHandler handler)
    {
        lock (_lock) _messages = [.. _messages, handler];
        Added?.Invoke();
        return new Registration(() => Remove(handler));
    }

    internal IDisposable Add(RequestHandler handler)
    {
        // The newest answers: a request has one answer only.
        lock (_lock) _requests = [handler, .. _requests];
        Added?.Invoke();
        return new Registration(() =>
        {
            lock (_lock) _requests = [.. _requests.Where(h => h != handler)];
        });
    }

    internal void Remove(MessageHandler handler)
    {
        lock (_lock) _messages = [.. _messages.Where(h => h != handler)];
    }

    private sealed class Registration(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose() => Interlocked.Exchange(ref _end, null)?.Invoke();
    }
}
