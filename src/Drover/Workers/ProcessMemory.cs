using System.Globalization;

namespace Drover.Workers;

/// <summary>The memory of a process. Reads files: not for the loop's thread.</summary>
internal static class ProcessMemory
{
    /// <summary>
    /// The proportional set size in bytes if it is above the limit; a lower number, not necessarily the true one, when it is not. Zero when the
    /// process is gone.
    /// </summary>
    internal static long Measure(int pid, long limit)
    {
        try
        {
            // The resident size is never smaller and costs nothing, while the other makes the kernel walk all pages of the process.
            var resident = long.Parse(File.ReadAllText($"/proc/{pid}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            return resident <= limit ? 0 : ProportionalBytes(pid);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static long ProportionalBytes(int pid)
    {
        foreach (var line in File.ReadLines($"/proc/{pid}/smaps_rollup"))
        {
            if (!line.StartsWith("Pss:", StringComparison.Ordinal)) continue;
            return long.Parse(line.AsSpan("Pss:".Length, line.Length - "Pss:".Length - "kB".Length).Trim(), CultureInfo.InvariantCulture) * 1024;
        }

        return 0;
    }
}
