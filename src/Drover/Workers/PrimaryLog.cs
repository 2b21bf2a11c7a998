using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class PrimaryLog
{
    [LoggerMessage(5001, LogLevel.Information, "Primary {Pid} is running; it forks {Workers} workers ({Policy})")]
    internal static partial void Started(ILogger logger, int pid, int workers, string policy);

    [LoggerMessage(5002, LogLevel.Information, "{Signal}: the workers finish their requests and end")]
    internal static partial void Stopping(ILogger logger, PosixSignal signal);

    [LoggerMessage(5003, LogLevel.Information, "All workers have ended")]
    internal static partial void Stopped(ILogger logger);

    [LoggerMessage(5004, LogLevel.Error, "No worker is left")]
    internal static partial void NoWorkerLeft(ILogger logger);
}
