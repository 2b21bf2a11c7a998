using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class UpkeepLog
{
    [LoggerMessage(5501, LogLevel.Error, "The workers could not be looked after this second")]
    internal static partial void Failed(ILogger logger, Exception exception);
}
