using System.Globalization;

namespace Drover.Workers;

/// <summary>How a worker's process ended: by an exit code or by a signal. Neither when somebody else has collected the process.</summary>
internal readonly record struct WorkerEnd(int? ExitCode, Signal? Signal)
{
    private const int ShellSignalBase = 128;

    /// <summary>For people: <c>code 1</c>, <c>code 134 (SIGABRT)</c>, <c>signal SIGKILL</c>.</summary>
    public override string ToString()
    {
        if (Signal is { } signal)
            return $"signal {signal}";
        if (ExitCode is null)
            return "unknown, because the primary runs with SIGCHLD ignored";

        // Shells and container runtimes report a signal that ended their child in this way.
        var ofChild = (Signal)((ExitCode ?? 0) - ShellSignalBase);
        return Enum.IsDefined(ofChild)
            ? string.Create(CultureInfo.InvariantCulture, $"code {ExitCode} ({ofChild})")
            : string.Create(CultureInfo.InvariantCulture, $"code {ExitCode}");
    }
}
