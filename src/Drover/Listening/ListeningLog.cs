using Microsoft.Extensions.Logging;

namespace Drover.Listening;

internal static partial class ListeningLog
{
    [LoggerMessage(3001, LogLevel.Warning, "Cannot accept connections on {Key}: {Error}. They wait in the queue and are tried again every 100 ms; raise the limit on open files (ulimit -n) if this stays.")]
    internal static partial void CannotAccept(ILogger logger, string key, string error);

    [LoggerMessage(3002, LogLevel.Information, "Listening on {Address} ({Policy})")]
    internal static partial void Opened(ILogger logger, string address, string policy);

    [LoggerMessage(3003, LogLevel.Information, "No longer listening on {Address}")]
    internal static partial void Closed(ILogger logger, string address);

    [LoggerMessage(3004, LogLevel.Warning, "Worker {Worker} cannot listen on {Address}: {Reason}")]
    internal static partial void Failed(ILogger logger, int worker, string address, string reason);

    [LoggerMessage(3005, LogLevel.Warning, "The scheduling policy {Policy} {Fault}; the connection goes to the first worker")]
    internal static partial void WrongPolicy(ILogger logger, Exception? exception, string policy, string fault);

    [LoggerMessage(3006, LogLevel.Error, "The scheduling policy {Policy} cannot be made, so worker {Worker} cannot listen on {Address}")]
    internal static partial void NoPolicy(ILogger logger, Exception exception, string policy, int worker, string address);
}
