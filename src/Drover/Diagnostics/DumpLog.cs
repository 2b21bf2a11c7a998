using Microsoft.Extensions.Logging;

namespace Drover;

internal static partial class DumpLog
{
    [LoggerMessage(4101, LogLevel.Information, "A memory dump of worker {Pid} is in {File}; look at it with: dotnet-dump analyze {File}")]
    internal static partial void Written(ILogger logger, int pid, string file);

    [LoggerMessage(4102, LogLevel.Warning, "There is no memory dump of worker {Pid}: {Reason}")]
    internal static partial void NotWritten(ILogger logger, int pid, string reason);
}
