using Microsoft.Extensions.Logging;

namespace Drover.Loop;

internal static partial class LoopLog
{
    [LoggerMessage(1001, LogLevel.Error, "A call on the event loop failed; the loop goes on. Please report this as a fault of Drover.")]
    internal static partial void CallFailed(ILogger logger, Exception exception);

    [LoggerMessage(1002, LogLevel.Critical, "The event loop {Loop} has ended on an error. Please report this as a fault of Drover.")]
    internal static partial void LoopFailed(ILogger logger, Exception exception, string loop);
}
