namespace Drover.TestWorker;

/// <summary>What this process has: descriptors, threads, memory, children.</summary>
internal static class Belongings
{
    internal static void Report(string when)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var children = Directory.GetDirectories("/proc/self/task")
            .Sum(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        var anonymous = File.ReadLines("/proc/self/smaps_rollup").First(l => l.StartsWith("Private_Dirty:", StringComparison.Ordinal));
        var bytes = long.Parse(anonymous.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        Console.WriteLine($"{when} {Directory.GetFiles("/proc/self/fd").Length} {Directory.GetDirectories("/proc/self/task").Length} {bytes} {children}");
    }
}
