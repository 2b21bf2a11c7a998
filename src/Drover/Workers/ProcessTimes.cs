using System.Globalization;
using Drover.Interop;

namespace Drover.Workers;

/// <summary>
/// How long a process's threads have run and have waited for a CPU, in all, whether one of them could run now, and whether a signal has
/// stopped them (proc(5): /proc/PID/task/TID/schedstat and stat). The kernel adds a wait when it is over, so a long one shows only in the last of these.
/// </summary>
internal readonly record struct ProcessTimes(long RunMilliseconds, long WaitMilliseconds, bool CanRun, bool IsStopped = false)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Null when the process has ended or the kernel keeps no such numbers.</summary>
    internal static ProcessTimes? Of(int pid)
    {
        long run = 0, wait = 0;
        bool canRun = false, isStopped = false;
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                if (!TryRead(Path.Combine(thread, "schedstat"), out var times) || !TryRead(Path.Combine(thread, "stat"), out var stat)) continue;
                var numbers = times.Split(' ');
                if (numbers.Length < 2) return null;
                run += long.Parse(numbers[0], CultureInfo.InvariantCulture);
                wait += long.Parse(numbers[1], CultureInfo.InvariantCulture);

                var state = ProcessStat.StateIn(stat);
                canRun |= state == 'R';
                isStopped |= state == 'T';
            }
        }
        catch (IOException)
        {
            return null;
        }

        return run == 0 ? null : new ProcessTimes(run / NanosecondsPerMillisecond, wait / NanosecondsPerMillisecond, canRun, isStopped);
    }

    // False: the thread has ended meanwhile.
    private static bool TryRead(string file, out string text)
    {
        try
        {
            text = File.ReadAllText(file);
            return text.Length > 0;
        }
        catch (IOException)
        {
            text = "";
            return false;
        }
    }
}
