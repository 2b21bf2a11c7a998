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

    [LoggerMessage(5005, LogLevel.Warning, "SIGHUP: the workers are being replaced already; this one is ignored")]
    internal static partial void AlreadyReplacing(ILogger logger);

    [LoggerMessage(5006, LogLevel.Information, "Worker {Old} is replaced by worker {New}")]
    internal static partial void Replaced(ILogger logger, int old, int @new);

    [LoggerMessage(5007, LogLevel.Error, "The new worker {New} did not come to listen; worker {Old} and those not replaced yet stay")]
    internal static partial void ReplacementFailed(ILogger logger, int @new, int old);

    [LoggerMessage(5008, LogLevel.Error, "No successor for worker {Old} could be started: {Reason}. It stays, and so do those not replaced yet")]
    internal static partial void ReplacementNotStarted(ILogger logger, int old, string reason);
}
