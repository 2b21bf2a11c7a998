using System.Globalization;

namespace Drover.Workers;

/// <summary>How long a process's threads have run, and how long they have waited for a CPU, in all (proc(5), /proc/PID/task/TID/schedstat).</summary>
internal readonly record struct ProcessTimes(long RunMilliseconds, long WaitMilliseconds)
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>Null when the process has ended or the kernel keeps no such numbers.</summary>
    internal static ProcessTimes? Of(int pid)
    {
        long run = 0, wait = 0;
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                if (!TryAdd(Path.Combine(thread, "schedstat"), ref run, ref wait)) continue;
            }
        }
        catch (IOException)
        {
            return null;
        }

        return run == 0 ? null : new ProcessTimes(run / NanosecondsPerMillisecond, wait / NanosecondsPerMillisecond);
    }

    private static bool TryAdd(string file, ref long run, ref long wait)
    {
        try
        {
            var numbers = File.ReadAllText(file).Split(' ');
            if (numbers.Length < 2) return false;
            run += long.Parse(numbers[0], CultureInfo.InvariantCulture);
            wait += long.Parse(numbers[1], CultureInfo.InvariantCulture);
            return true;
        }
        catch (IOException)
        {
            // The thread has ended meanwhile.
            return false;
        }
    }
}
