using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class RecycleLog
{
    [LoggerMessage(5401, LogLevel.Information, "Worker {Pid} is to be replaced: {Reason}")]
    internal static partial void Due(ILogger logger, int pid, string reason);

    [LoggerMessage(5402, LogLevel.Error, "Worker {Pid} stays for now: {Reason}")]
    internal static partial void Failed(ILogger logger, int pid, string reason);
}
