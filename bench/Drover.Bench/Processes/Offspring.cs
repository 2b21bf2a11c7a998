using System.Diagnostics;

namespace Drover.Bench.Processes;

/// <summary>
/// The processes that hang on this one. What a dead child has left behind becomes a child of this process
/// (<see cref="Libc.BecomeSubreaper"/>), so none is missed, whatever the thing under test did with its own.
/// </summary>
static class Offspring
{
    static readonly Lock Gate = new();
    static readonly HashSet<int> Known = [];

    /// <summary>Call it once, before anything is started.</summary>
    public static void Adopt()
    {
        Libc.BecomeSubreaper();
        Known.UnionWith(ProcFiles.ChildrenOf(Environment.ProcessId));
    }

    public static void Add(int pid)
    {
        lock (Gate)
            Known.Add(pid);
    }

    /// <summary>Call it once a child is dead: ends what it has left behind, and what that leaves behind.</summary>
    public static void KillOrphansOf(int pid)
    {
        lock (Gate)
            Known.Remove(pid);
        while (Unknown() is { Count: > 0 } orphans)
        {
            foreach (var orphan in orphans)
                Kill(orphan);
        }
    }

    static List<int> Unknown()
    {
        lock (Gate)
            return [.. ProcFiles.ChildrenOf(Environment.ProcessId).Where(pid => !Known.Contains(pid))];
    }

    static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (ArgumentException)
        {
            // It has ended by itself.
        }

        Libc.Reap(pid);
    }
}
