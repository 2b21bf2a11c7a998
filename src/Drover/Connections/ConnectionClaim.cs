namespace Drover.Connections;

/// <summary>
/// The worker's side of one connection's word: whether the connection is this worker's now, and how far it is. The primary keeps a
/// descriptor of the connection until <see cref="Tell"/>. One thread at a time.
/// </summary>
internal sealed class ConnectionClaim(ConnectionTable table, int slot, long word, IClaimListener listener)
{
    private bool _told;

    /// <summary>As far as this worker knows; <see cref="ConnectionState.Free"/> once it is another worker's.</summary>
    internal ConnectionState State { get; private set; } = ConnectionState.Idle;

    /// <summary>Claimed: nobody else touches the connection.</summary>
    internal bool IsOurs => State is ConnectionState.Busy or ConnectionState.Answering or ConnectionState.Pinned;

    /// <summary>An idle connection becomes this worker's, before anything is read from it or written to it. False: it is another's.</summary>
    internal bool TryClaim(ConnectionState state) => TryLeaveIdle(state);

    /// <summary>How far a claimed connection is.</summary>
    internal void Become(ConnectionState state)
    {
        if (State == state) return;
        State = state;
        table.Set(slot, word, state);
    }

    /// <summary>Everything that was read is answered, and all of it is sent: the connection may go to another worker from now on.</summary>
    internal void Release() => Become(ConnectionState.Idle);

    /// <summary>Gives an idle connection to another worker. False: it is another's already, or claimed.</summary>
    internal bool TryReturn() => State == ConnectionState.Idle && TryLeaveIdle(ConnectionState.Returned);

    /// <summary>The connection is to be ended for the client. False: it is another worker's and must be left alone.</summary>
    internal bool TryEnd()
    {
        if (State == ConnectionState.Idle) return TryLeaveIdle(ConnectionState.Ended);
        if (!IsOurs) return false;
        Become(ConnectionState.Ended);
        return true;
    }

    /// <summary>An idle connection may have gone to another worker while this one did not run. False: it has.</summary>
    internal bool IsStillOurs()
    {
        if (State == ConnectionState.Idle && table.StateOf(slot, word) != ConnectionState.Idle) State = ConnectionState.Free;
        return State != ConnectionState.Free;
    }

    /// <summary>This worker's descriptor is closed: the primary may close its own, or give the connection to another worker.</summary>
    internal void Tell()
    {
        if (_told) return;
        _told = true;
        if (State is ConnectionState.Ended or ConnectionState.Returned) listener.Tell(slot, ConnectionTable.With(word, State));
    }

    private bool TryLeaveIdle(ConnectionState to)
    {
        var changed = table.TryChange(slot, word, ConnectionState.Idle, to);
        State = changed ? to : ConnectionState.Free;
        return changed;
    }
}
