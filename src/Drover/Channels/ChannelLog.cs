using Microsoft.Extensions.Logging;

namespace Drover.Channels;

internal static partial class ChannelLog
{
    [LoggerMessage(2001, LogLevel.Error, "Worker {Worker} (pid {Pid}) wrote something on its channel that is not the protocol: {What}. It is ended.")]
    internal static partial void GarbageReceived(ILogger logger, int worker, int pid, string what);

    [LoggerMessage(2002, LogLevel.Error, "A message handler failed on a message from worker {Worker}; the next messages are delivered all the same.")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception, int worker);

    [LoggerMessage(2003, LogLevel.Warning, "Worker {Worker} sends messages that nobody subscribed to; {Megabytes} MB are kept, further ones are dropped.")]
    internal static partial void UnclaimedDropped(ILogger logger, int worker, int megabytes);

    [LoggerMessage(2004, LogLevel.Error, "The primary wrote something on the channel that is not the protocol: {What}. This worker ends.")]
    internal static partial void PrimaryUnintelligible(ILogger logger, string what);
}
