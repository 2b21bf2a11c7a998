using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

internal static partial class TransportLog
{
    [LoggerMessage(5001, LogLevel.Debug, "Connection {ConnectionId}: the client has ended its stream.")]
    internal static partial void ClientEnded(ILogger logger, string connectionId);

    [LoggerMessage(5002, LogLevel.Debug, "Connection {ConnectionId} is lost: {Reason}")]
    internal static partial void ConnectionLost(ILogger logger, string connectionId, string reason);

    [LoggerMessage(5003, LogLevel.Debug, "Connection {ConnectionId}: reading pauses until the application catches up.")]
    internal static partial void ConnectionPaused(ILogger logger, string connectionId);

    [LoggerMessage(5004, LogLevel.Debug, "Connection {ConnectionId}: reading goes on.")]
    internal static partial void ConnectionResumed(ILogger logger, string connectionId);

    [LoggerMessage(5005, LogLevel.Debug, "Connection {ConnectionId}: all is sent; ending it.")]
    internal static partial void ConnectionEnding(ILogger logger, string connectionId);

    [LoggerMessage(5006, LogLevel.Debug, "Connection {ConnectionId} is broken off: {Reason}")]
    internal static partial void ConnectionAborted(ILogger logger, string connectionId, string reason);

    [LoggerMessage(5007, LogLevel.Error, "Connection {ConnectionId}: a callback on the end of the connection failed.")]
    internal static partial void CallbackFailed(ILogger logger, Exception exception, string connectionId);
}
