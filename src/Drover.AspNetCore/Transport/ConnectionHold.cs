using System.IO.Pipelines;
using Drover.Connections;
using Microsoft.AspNetCore.Http;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// When this worker holds a connection and when it lets go: it claims before it reads or writes, and releases when all that came was
/// consumed, the request is over, all of the answer is with the kernel, and the application waits for the next one. Several threads ask
/// (the receiver's turn, the application, the loop), so each step is one short lock.
/// </summary>
internal sealed class ConnectionHold(ConnectionClaim claim, IReleaseListener listener)
{
    private readonly Lock _lock = new();
    private readonly RequestBody _body = new();
    private bool _reading; // A turn of the receive side is under way and may bring bytes.
    private bool _waits; // The application waits for bytes, and has consumed all it was given.
    private bool _sending; // Output is on its way to the kernel, or waits for room there.
    private bool _inRequest;
    private bool _isHttp1; // Known with the first request. Until then nobody knows what the first bytes are.
    private bool _hasRequest; // Since the last claim a request has begun.
    private bool _wasRead; // Ever.
    private bool _delivered; // Since the last claim bytes were given to the application.

    /// <summary>Whether this connection moves when it becomes idle; not when it is pinned, gone or ended.</summary>
    internal bool IsMovable
    {
        get
        {
            lock (_lock) return claim.State is ConnectionState.Idle or ConnectionState.Busy or ConnectionState.Answering;
        }
    }

    /// <summary>Whether nobody has claimed the connection now.</summary>
    internal bool IsIdle
    {
        get
        {
            lock (_lock) return claim.State == ConnectionState.Idle;
        }
    }

    /// <summary>Whether the connection can stay only as long as this worker.</summary>
    internal bool IsPinned
    {
        get
        {
            lock (_lock) return claim.State == ConnectionState.Pinned;
        }
    }

    /// <summary>A receive turn begins. False: the connection is another worker's, or ended.</summary>
    internal bool TryBeginReading()
    {
        lock (_lock)
        {
            if (claim.State == ConnectionState.Idle)
            {
                _hasRequest = _delivered = false;
                if (!claim.TryClaim(_isHttp1 ? ConnectionState.Busy : ConnectionState.Pinned)) return false;
            }

            return _reading = claim.IsOurs;
        }
    }

    /// <summary>Gives the application what was read. <paramref name="isLast"/>: the turn ends with it.</summary>
    internal ValueTask<FlushResult> Deliver(PipeWriter input, ReadOnlySpan<byte> received, bool isLast)
    {
        lock (_lock)
        {
            // The first bytes of all. Whether they are really a request turns out when it begins; if the worker dies until then, its
            // client deserves an answer.
            if (!_isHttp1 && !_wasRead && claim.State == ConnectionState.Pinned && RequestStart.IsOf(received)) claim.Become(ConnectionState.Busy);
            _wasRead = true;

            // In one step: an application that waits does not wait any more.
            _waits = false;
            _delivered = true;
            _reading = !isLast;
            return input.FlushAsync();
        }
    }

    /// <summary>A receive turn ends without bytes.</summary>
    internal void EndReading()
    {
        bool released;
        lock (_lock)
        {
            _reading = false;
            released = TryRelease();
        }

        if (released) listener.OnReleased();
    }

    /// <summary>The application asks for bytes.</summary>
    internal ValueTask<ReadResult> Read(PipeReader input, bool allConsumed, CancellationToken cancellationToken)
    {
        ValueTask<ReadResult> read;
        bool released;
        lock (_lock)
        {
            read = input.ReadAsync(cancellationToken);
            _waits = allConsumed && !read.IsCompleted;
            released = TryRelease();
        }

        if (released) listener.OnReleased();
        return read;
    }

    /// <summary>Before output is written. False: the connection is another worker's, or ended.</summary>
    internal bool TryBeginSending()
    {
        lock (_lock)
        {
            _sending = true;
            switch (claim.State)
            {
                case ConnectionState.Busy:
                    claim.Become(ConnectionState.Answering);
                    return true;
                case ConnectionState.Idle:
                    // The application speaks first.
                    return claim.TryClaim(ConnectionState.Pinned);
                default:
                    return claim.IsOurs;
            }
        }
    }

    /// <summary>All output is with the kernel and no more is there.</summary>
    internal void EndSending()
    {
        bool released;
        lock (_lock)
        {
            _sending = false;
            released = TryRelease();
        }

        if (released) listener.OnReleased();
    }

    /// <summary>A request has begun. <paramref name="isPlain"/>: nothing stands between the transport and HTTP, no TLS, no other middleware.</summary>
    internal void BeginRequest(HttpContext context, bool isPlain)
    {
        lock (_lock)
        {
            _hasRequest = true;
            if (!_isHttp1) _isHttp1 = isPlain && HttpProtocol.IsHttp11(context.Request.Protocol) | HttpProtocol.IsHttp10(context.Request.Protocol);
            if (!_isHttp1)
            {
                if (claim.State == ConnectionState.Busy) claim.Become(ConnectionState.Pinned);
                return;
            }

            _inRequest = true;
            _body.Begin(context);
            if (claim.IsOurs) claim.Become(_sending ? ConnectionState.Answering : ConnectionState.Busy);
        }
    }

    /// <summary>What follows on this connection is not HTTP any more.</summary>
    internal void Pin()
    {
        lock (_lock)
        {
            _isHttp1 = false;
            if (claim.IsOurs) claim.Become(ConnectionState.Pinned);
        }
    }

    /// <summary>The application is done with the request; Kestrel may still read the rest of its body.</summary>
    internal void EndRequest()
    {
        lock (_lock)
        {
            _inRequest = false;
            _body.End();
        }
    }

    /// <summary>Consumed bytes, while <see cref="RequestBody"/> counts.</summary>
    internal RequestBody Body => _body;

    /// <summary>Gives the connection to another worker, if it is idle. True: the descriptor is to be closed at once, and nothing else.</summary>
    internal bool TryReturn()
    {
        lock (_lock) return claim.TryReturn();
    }

    /// <summary>Whether the connection went to another worker while this one did not run.</summary>
    internal bool HasMoved()
    {
        lock (_lock) return !claim.IsStillOurs();
    }

    /// <summary>The connection is to be ended for the client. False: it is not this worker's to end.</summary>
    internal bool TryEnd()
    {
        lock (_lock) return claim.TryEnd();
    }

    /// <summary>The descriptor is closed.</summary>
    internal void Tell()
    {
        lock (_lock) claim.Tell();
    }

    private bool TryRelease()
    {
        if (_reading || !_waits || _sending || _inRequest || !claim.IsOurs || !_isHttp1) return false;

        // Bytes that were consumed without a request, or a body whose end nobody knows: whether the next bytes begin a request is unclear.
        if ((_delivered && !_hasRequest) || _body.IsUnclear)
        {
            claim.Become(ConnectionState.Pinned);
            return false;
        }

        if (_body.IsUnread) return false;
        claim.Release();
        return true;
    }
}
