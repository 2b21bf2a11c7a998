using System.Diagnostics;

namespace Drover.FunctionalTests.Support;

/// <summary>Processes that are not the test's children.</summary>
internal static class Processes
{
    /// <summary>Whether a process runs; one that has ended and waits for its parent does not.</summary>
    internal static bool IsAlive(int pid)
    {
        try
        {
            // The state follows the name, which is in brackets and may contain any character.
            var status = File.ReadAllText($"/proc/{pid}/stat");
            return status[(status.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Kills as somebody from outside would, past the cluster.</summary>
    internal static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    /// <summary>Waits until a process is stopped by SIGSTOP: the signal is only on its way when kill returns.</summary>
    internal static bool IsStopped(int pid)
    {
        var status = File.ReadAllText($"/proc/{pid}/stat");
        return status[(status.LastIndexOf(')') + 2)..][0] == 'T';
    }
}
