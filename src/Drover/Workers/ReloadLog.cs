using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class ReloadLog
{
    [LoggerMessage(5101, LogLevel.Information, "Reload begins: {Workers} workers are to be replaced")]
    internal static partial void Began(ILogger logger, int workers);

    [LoggerMessage(5102, LogLevel.Information, "Worker {Old} is replaced by worker {New}")]
    internal static partial void Replaced(ILogger logger, int old, int @new);

    [LoggerMessage(5103, LogLevel.Information, "Reload done: {Workers} workers replaced in {Seconds:0.0} s")]
    internal static partial void Done(ILogger logger, int workers, double seconds);

    [LoggerMessage(5104, LogLevel.Error, "Reload stopped, {Replaced} of {Workers} workers replaced, the others stay: {Reason}")]
    internal static partial void Stopped(ILogger logger, int replaced, int workers, string reason);

    [LoggerMessage(5105, LogLevel.Information, "SIGHUP: a reload is running; one more follows it")]
    internal static partial void Remembered(ILogger logger);
}
