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
            return StateIn($"/proc/{pid}/stat") is not ('Z' or 'X');
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

    /// <summary>Whether SIGSTOP has stopped every thread of a process: the signal is only on its way when kill returns.</summary>
    internal static bool IsStopped(int pid) => Directory.GetDirectories($"/proc/{pid}/task").All(thread => StateIn(Path.Combine(thread, "stat")) == 'T');

    // The state follows the name, which is in brackets and may contain any character.
    private static char StateIn(string file)
    {
        var status = File.ReadAllText(file);
        return status[(status.LastIndexOf(')') + 2)..][0];
    }
}
