using System.Globalization;

namespace Drover.Bench.Processes;

/// <summary>What the kernel knows about a process, from <c>/proc/PID</c>.</summary>
static class ProcFiles
{
    // USER_HZ: what /proc counts CPU time in on every architecture that .NET runs on.
    const double TicksPerSecond = 100;

    /// <summary>CPU time used so far by all threads, user and system.</summary>
    public static TimeSpan CpuTime(int pid)
    {
        var fields = Stat(pid);
        return TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksPerSecond);
    }

    /// <summary>Proportional set size: a page that n processes share counts 1/n.</summary>
    public static long ProportionalBytes(int pid)
    {
        const string Name = "Pss:";
        var line = File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return Number(line[Name.Length..^"kB".Length].Trim()) * 1024;
    }

    public static IEnumerable<int> ChildrenOf(int pid)
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var candidate) && ParentOf(candidate) == pid)
                yield return candidate;
        }
    }

    static int? ParentOf(int pid)
    {
        try
        {
            return (int)Number(Stat(pid)[1]);
        }
        catch (IOException)
        {
            return null; // It has ended since the directory was read.
        }
    }

    /// <summary>The fields after the program's name, which may hold blanks and brackets: [0] state, [1] parent, [11] utime, [12] stime.</summary>
    static string[] Stat(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
