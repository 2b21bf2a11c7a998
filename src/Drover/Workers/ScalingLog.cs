using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class ScalingLog
{
    [LoggerMessage(5201, LogLevel.Information, "{Workers} workers more are started, to make {Target}")]
    internal static partial void Up(ILogger logger, int workers, int target);

    [LoggerMessage(5202, LogLevel.Information, "{Workers} workers are asked to end, to leave {Target}")]
    internal static partial void Down(ILogger logger, int workers, int target);

    [LoggerMessage(5203, LogLevel.Information, "Load: {Requests} requests in flight and {Cpus:0.0} CPUs on {Workers} workers; there are to be {Target}")]
    internal static partial void Decided(ILogger logger, int requests, double cpus, int workers, int target);

    [LoggerMessage(5204, LogLevel.Warning, "The number of workers could not be changed: {Reason}")]
    internal static partial void Failed(ILogger logger, string reason);
}
