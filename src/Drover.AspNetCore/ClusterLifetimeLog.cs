using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore;

internal static partial class ClusterLifetimeLog
{
    [LoggerMessage(6001, LogLevel.Information, "Worker {Worker} stops: {Reason}. Running requests are finished")]
    internal static partial void Stopping(ILogger logger, int worker, string reason);

    [LoggerMessage(6002, LogLevel.Warning, "Worker {Worker} had requests running {Seconds} s after it was asked to stop; their connections were closed")]
    internal static partial void Cut(ILogger logger, int worker, double seconds);
}
