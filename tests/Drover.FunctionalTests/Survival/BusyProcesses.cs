using System.Diagnostics;
using System.Globalization;

namespace Drover.FunctionalTests.Survival;

/// <summary>Processes that use up a CPU.</summary>
internal sealed class BusyProcesses : IDisposable
{
    private readonly List<Process> _processes = [];

    internal static BusyProcesses Start(int count, int cpu)
    {
        var busy = new BusyProcesses();
        for (var i = 0; i < count; i++) busy._processes.Add(Process.Start("taskset", ["-c", cpu.ToString(CultureInfo.InvariantCulture), "sh", "-c", "while :; do :; done"]));
        return busy;
    }

    /// <summary>Puts all threads of a process on this CPU, behind everybody else.</summary>
    internal static void PutLast(int pid, int cpu)
    {
        var id = pid.ToString(CultureInfo.InvariantCulture);
        Run("taskset", "-acp", cpu.ToString(CultureInfo.InvariantCulture), id);
        foreach (var thread in Directory.GetDirectories($"/proc/{id}/task")) Run("renice", "-n", "19", "-p", Path.GetFileName(thread));
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        process.WaitForExit();
    }
}
