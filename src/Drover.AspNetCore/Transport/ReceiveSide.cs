using System.IO.Pipelines;
using Drover.Interop;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>From the socket to the application, in turns on the thread pool.</summary>
internal sealed class ReceiveSide
{
    // Less room than this in the current block is not worth a system call.
    private const int MinReceiveBytes = 2048;

    // After so many reads the application gets what is there.
    private const int MaxReceivesPerTurn = 16;

    private readonly TransportConnection _connection;
    private readonly ConnectedSocket _socket;
    private readonly ConnectionHold? _hold;
    private readonly PipeWriter _input;
    private readonly ILogger _logger;
    private readonly ReadSignal _readable;
    private volatile bool _peerClosed;

    internal ReceiveSide(TransportConnection connection, ConnectedSocket socket, ConnectionHold? hold, PipeWriter input, TransportLoop loop)
    {
        _connection = connection;
        _socket = socket;
        _hold = hold;
        _input = input;
        _logger = loop.Logger;
        _readable = new ReadSignal(loop.Turns);
    }

    /// <summary>An edge. After the peer has closed, bytes may still be there, and no further edge will tell of them.</summary>
    internal void OnReadable(bool peerClosed)
    {
        if (peerClosed) _peerClosed = true;
        _readable.Set();
    }

    /// <summary>
    /// Ends when the client's stream has ended, the connection has been lost, aborted or given to another worker, or nobody reads any more.
    /// </summary>
    internal async Task RunAsync()
    {
        Exception? error = null;
        try
        {
            await PumpAsync();
        }
        catch (Exception exception)
        {
            error = exception;
            if (_connection.EndReason is null) TransportLog.ConnectionLost(_logger, _connection.ConnectionId, exception.Message);
        }

        // Whoever ended the connection first gave the reason; what recv says of an ended connection is only its echo.
        await _input.CompleteAsync(_connection.EndReason ?? error);
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            // The one place where a connection waits for its client. No buffer is held here, and no byte has been read that
            // the application has not been given: from here, and from nowhere else, a connection can be passed on.
            await _readable;
            if (_connection.TryReturnSoon()) continue;
            if (_hold?.TryBeginReading() == false) return;
            for (var receives = 1; ; receives++)
            {
                if (!TryReceive(out var received, out var mayHaveMore, out var ended))
                {
                    if (ended) return;
                    _hold?.EndReading();
                    break;
                }

                var isLast = !mayHaveMore || receives == MaxReceivesPerTurn;
                if (isLast && mayHaveMore) _readable.Set();
                var flush = _hold?.Deliver(_input, received.Span, isLast) ?? _input.FlushAsync();
                var paused = !flush.IsCompleted;
                if (paused) TransportLog.ConnectionPaused(_logger, _connection.ConnectionId);
                var result = await flush;
                if (paused) TransportLog.ConnectionResumed(_logger, _connection.ConnectionId);
                if (result.IsCompleted || result.IsCanceled) return;
                if (isLast) break;
            }
        }
    }

    private bool TryReceive(out ReadOnlyMemory<byte> received, out bool mayHaveMore, out bool ended)
    {
        received = default;
        mayHaveMore = false;
        ended = _connection.EndReason is not null;
        if (ended) return false;
        var buffer = _input.GetMemory(MinReceiveBytes);
        var count = _socket.Receive(buffer.Span, out var error);
        if (count > 0)
        {
            // A short read has emptied the queue, so the next arrival makes an edge; that spares the read which only says so.
            mayHaveMore = count == buffer.Length || _peerClosed;
            received = buffer[..count];
            _input.Advance(count);
            return true;
        }

        if (count == 0)
        {
            TransportLog.ClientEnded(_logger, _connection.ConnectionId);
            ended = true;
        }
        else if (error != Errno.WouldBlock)
        {
            throw ConnectionLoss.Of("recv", error);
        }

        return false;
    }
}
