using System.Threading.Channels;
using Drover.Interop;

namespace Drover.Connections;

/// <summary>
/// The connections of one server that wait in this worker for its program. They are still anybody's: only when the program asks for
/// one is it claimed, so what waits here outlives this process.
/// </summary>
internal sealed class ConnectionInbox
{
    // Not bounded here: the primary sends no more ahead of time than its window, and the accept loop pauses.
    private readonly Channel<AssignedConnection> _waiting;
    private readonly IConnectionClaims _claims;
    private readonly int? _maxConnections;
    private readonly bool _dropAboveMax;
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private int _open;
    private int _taking;
    private int _closed;

    internal ConnectionInbox(IConnectionClaims claims, int? maxConnections, bool dropAboveMax, bool inlineContinuations)
    {
        _claims = claims;
        _maxConnections = maxConnections;
        _dropAboveMax = dropAboveMax;
        _waiting = Channel.CreateUnbounded<AssignedConnection>(new UnboundedChannelOptions
        {
            SingleWriter = true,
            AllowSynchronousContinuations = inlineContinuations,
        });
    }

    /// <summary>Connections that wait.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Completes when the server is closed and every connection that the program took has ended.</summary>
    internal Task Drained => _drained.Task;

    /// <summary>Called after the program has taken one, so that more can be accepted.</summary>
    internal Action? RoomAgain { get; set; }

    /// <summary>A connection has arrived; the inbox owns it from now on, and gives it back if it cannot have it.</summary>
    internal void Add(AssignedConnection connection)
    {
        if (!TryAdd(connection)) _claims.Refuse(connection);
    }

    /// <summary>False: the server is closed or has as many connections as it may; the connection stays the caller's.</summary>
    internal bool TryAdd(AssignedConnection connection)
    {
        if (_maxConnections is { } max && Volatile.Read(ref _open) + Count >= max)
        {
            if (!_dropAboveMax) return false;
            Drop(connection);
            return true;
        }

        Interlocked.Increment(ref _count);
        if (_waiting.Writer.TryWrite(connection)) return true;
        Interlocked.Decrement(ref _count);
        return false;
    }

    /// <summary>
    /// The next connection, which the caller owns and ends with <see cref="Ended"/>; null when the server is closed.
    /// <paramref name="mayKeep"/>: the caller claims it only for as long as it works on it, if that is possible.
    /// </summary>
    internal async ValueTask<TakenConnection?> TakeAsync(bool mayKeep, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (!TryTake(mayKeep, out var connection))
            {
                _claims.Flush();
                if (!await _waiting.Reader.WaitToReadAsync(cancellationToken)) return null;
                continue;
            }

            RoomAgain?.Invoke();
            if (connection is { } taken) return taken;
        }
    }

    // False: none waits. A connection that was given to another worker meanwhile is null.
    private bool TryTake(bool mayKeep, out TakenConnection? taken)
    {
        // Between the queue and the count of open ones a connection is in neither; a server that is closed just then has to wait for it.
        Interlocked.Increment(ref _taking);
        taken = null;
        var found = _waiting.Reader.TryRead(out var connection);
        if (found)
        {
            Interlocked.Decrement(ref _count);
            if (_claims.TryTake(connection, mayKeep, out var claim))
            {
                Interlocked.Increment(ref _open);
                taken = new TakenConnection(new FileDescriptor(connection.Descriptor), claim);
            }
        }

        Interlocked.Decrement(ref _taking);
        CheckDrained();
        return found;
    }

    /// <summary>A connection that was taken has ended or gone to another worker.</summary>
    internal void Ended()
    {
        _claims.Ended();
        Interlocked.Decrement(ref _open);
        CheckDrained();
    }

    /// <summary>
    /// Takes no more; those that wait go back, to be given to others. <paramref name="leaving"/>: where there are no others they stay, as
    /// the program goes on taking connections until there are none.
    /// </summary>
    internal void Close(bool leaving = false)
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0) return;
        _waiting.Writer.TryComplete();
        while ((!leaving || _claims.CanGiveBack) && _waiting.Reader.TryRead(out var connection))
        {
            Interlocked.Decrement(ref _count);
            _claims.Refuse(connection);
        }

        _claims.Flush();
        CheckDrained();
    }

    // In this order: whoever has left the one count is in the other by then.
    private void CheckDrained()
    {
        if (Volatile.Read(ref _closed) != 0 && Count == 0 && Volatile.Read(ref _taking) == 0 && Volatile.Read(ref _open) == 0) _drained.TrySetResult();
    }

    private void Drop(AssignedConnection connection)
    {
        if (!_claims.TryTake(connection, mayKeep: false, out _)) return;
        _ = Libc.shutdown(connection.Descriptor, 2);
        FileDescriptor.Close(connection.Descriptor);
        _claims.Ended();
        _claims.Flush();
    }
}
