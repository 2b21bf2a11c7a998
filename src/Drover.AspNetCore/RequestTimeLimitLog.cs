using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore;

internal static partial class RequestTimeLimitLog
{
    [LoggerMessage(6003, LogLevel.Warning, "{Method} {Path} has run for {Seconds:0.0} s, longer than the request time limit; it is aborted")]
    internal static partial void Aborted(ILogger logger, string method, string path, double seconds);

    [LoggerMessage(6004, LogLevel.Error, "{Method} {Path} still runs {Seconds:0.0} s after its begin though it was aborted; this worker is to be replaced")]
    internal static partial void GoesOn(ILogger logger, string method, string path, double seconds);
}
