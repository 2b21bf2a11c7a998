namespace Drover.Interop;

/// <summary>What the kernel tells of a process, or of one of its threads, in a file named <c>stat</c> (proc(5), /proc/PID/stat).</summary>
internal static class ProcessStat
{
    /// <summary>The places of some fields behind the name; the first of them is the state.</summary>
    internal const int UserTime = 11;
    internal const int SystemTime = 12;
    internal const int StartTime = 19;

    /// <summary>The fields behind the name. An <see cref="IOException"/> when the process is gone.</summary>
    internal static string[] FieldsOf(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[BehindName(stat)..].Split(' ');
    }

    /// <summary>R runs or could, S sleeps, T is stopped, Z has ended.</summary>
    internal static char StateIn(string stat) => stat[BehindName(stat)];

    // The name is in brackets and may contain anything, brackets too.
    private static int BehindName(string stat) => stat.LastIndexOf(')') + 2;
}
