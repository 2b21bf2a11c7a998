using System.Buffers;
using System.IO.Pipelines;
using Drover.Interop;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// From the application to the socket. A flush sends at once, on the thread of the application that flushes; only what the kernel does
/// not take waits, and is sent on the loop's thread when there is room. One thread at a time, in either case: the pipe sees to that.
/// </summary>
internal sealed class SendSide(TransportConnection connection, ConnectedSocket socket, ConnectionHold? hold, PipeReader output, ILogger logger)
{
    private readonly WriteSignal _room = new();

    /// <summary>Loop thread: an edge.</summary>
    internal void OnWritable() => _room.Raise();

    /// <summary>Any thread, after the connection was ended: what is not sent yet never will be.</summary>
    internal void Cancel() => output.CancelPendingRead();

    /// <summary>Ends when the application has completed its output and all of it is sent, or the connection is lost or aborted.</summary>
    internal async Task RunAsync()
    {
        Exception? reason = null;
        try
        {
            await PumpAsync();
        }
        catch (Exception exception)
        {
            reason = exception;
            if (connection.EndReason is null) TransportLog.ConnectionLost(logger, connection.ConnectionId, exception.Message);
        }

        connection.End(reason);
        await output.CompleteAsync();
    }

    private async Task PumpAsync()
    {
        while (true)
        {
            var read = output.ReadAsync();
            if (!read.IsCompleted) hold?.EndSending();
            var result = await read;
            if (result.IsCanceled) return;
            var rest = result.Buffer;
            if (!rest.IsEmpty && hold?.TryBeginSending() == false) return;
            if (TrySend(ref rest))
            {
                output.AdvanceTo(rest.End);
                if (result.IsCompleted) return;
                continue;
            }

            // What did go is given back now, so a writer that is held back goes on before all of it has gone.
            output.AdvanceTo(rest.Start);
            await _room;
        }
    }

    // True when everything is with the kernel; false when an edge will tell that there is room again.
    private bool TrySend(ref ReadOnlySequence<byte> rest)
    {
        var armed = false;
        while (!rest.IsEmpty)
        {
            var sent = socket.Send(rest, out var error);
            if (sent >= 0)
            {
                rest = rest.Slice(sent);
                continue;
            }

            if (error != Errno.WouldBlock) throw ConnectionLoss.Of("send", error);
            if (armed) return false;
            _room.Arm();
            armed = true;
        }

        _room.Disarm();
        return true;
    }
}
