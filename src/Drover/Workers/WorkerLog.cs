using Microsoft.Extensions.Logging;

namespace Drover.Workers;

internal static partial class WorkerLog
{
    [LoggerMessage(4001, LogLevel.Debug, "Worker {Worker} (pid {Pid}) is {State}")]
    internal static partial void Moved(ILogger logger, int worker, int pid, WorkerState state);

    [LoggerMessage(4002, LogLevel.Warning, "Worker {Worker} (pid {Pid}) had not finished its requests {Seconds} s after it was asked to disconnect; it is killed and what it was doing is lost.")]
    internal static partial void DrainCut(ILogger logger, int worker, int pid, double seconds);

    [LoggerMessage(4003, LogLevel.Warning, "Worker {Pid} died ({End})")]
    internal static partial void Died(ILogger logger, int pid, string end);

    [LoggerMessage(4009, LogLevel.Warning, "Worker {Pid} died ({End}); a new one is started in {Delay:0} ms")]
    internal static partial void Restarting(ILogger logger, int pid, string end, double delay);

    [LoggerMessage(4004, LogLevel.Information, "New worker {Pid} started in the place of worker {Old}")]
    internal static partial void Restarted(ILogger logger, int pid, int old);

    [LoggerMessage(4005, LogLevel.Error, "Worker {Worker} (pid {Pid}) is given up: {Reason}. Nothing is started in its place.")]
    internal static partial void GivenUp(ILogger logger, int worker, int pid, string reason);

    [LoggerMessage(4006, LogLevel.Information, "Worker {Pid} ended ({Reason}).")]
    internal static partial void StaysDown(ILogger logger, int pid, string reason);

    [LoggerMessage(4007, LogLevel.Error, "No worker could be started in the place of worker {Worker}: {Reason}")]
    internal static partial void RestartFailed(ILogger logger, int worker, string reason);

    [LoggerMessage(4008, LogLevel.Error, "An event handler failed; the next events are raised all the same.")]
    internal static partial void HandlerFailed(ILogger logger, Exception exception);

    [LoggerMessage(4010, LogLevel.Warning, "Worker {Worker} (pid {Pid}) has not reacted for {Milliseconds} ms: it gets nothing new, and {Moved} of its connections go to other workers")]
    internal static partial void Hangs(ILogger logger, int worker, int pid, long milliseconds, int moved);

    [LoggerMessage(4011, LogLevel.Information, "Worker {Worker} (pid {Pid}) reacts again")]
    internal static partial void ReactsAgain(ILogger logger, int worker, int pid);

    [LoggerMessage(4012, LogLevel.Error, "Worker {Worker} (pid {Pid}) has not reacted for {Seconds:0.0} s; it is killed and replaced. Requests that it had begun are answered with 503.")]
    internal static partial void HungEnds(ILogger logger, int worker, int pid, double seconds);
}
