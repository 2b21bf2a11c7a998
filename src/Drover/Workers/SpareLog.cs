using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class SpareLog
{
    [LoggerMessage(5301, LogLevel.Information, "Spare worker {Pid} is started")]
    internal static partial void Started(ILogger logger, int pid);

    [LoggerMessage(5302, LogLevel.Information, "Spare worker {Pid} takes the place of worker {Old}")]
    internal static partial void TookOver(ILogger logger, int pid, int old);

    [LoggerMessage(5303, LogLevel.Warning, "Spare worker {Pid} died ({End})")]
    internal static partial void Died(ILogger logger, int pid, string end);

    [LoggerMessage(5304, LogLevel.Error, "No spare worker could be started: {Reason}")]
    internal static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(5305, LogLevel.Error, "No spare worker is started any more before the next reload: {Reason}")]
    internal static partial void GivenUp(ILogger logger, string reason);
}
