using System.Globalization;
using Drover.Interop;

namespace Drover.Workers;

/// <summary>Measures what the workers have to do. Not thread-safe; not for the loop's thread, because it reads files.</summary>
internal sealed class LoadMeter(ClusterCore cluster)
{
    private const double TicksPerSecond = 100; // USER_HZ, which is part of Linux's interface.

    private Dictionary<int, double> _used = [];
    private TimeSpan _measured;

    internal LoadSample Measure()
    {
        var serving = cluster.Serving.ToArray();
        var now = cluster.Time.GetElapsedTime(0);
        var used = serving.ToDictionary(w => w.Id, w => CpuSecondsOf(w.ProcessId));
        var seconds = used.Sum(u => _used.TryGetValue(u.Key, out var before) ? Math.Max(0, u.Value - before) : 0);
        var cpus = _used.Count == 0 || now <= _measured ? 0 : seconds / (now - _measured).TotalSeconds;
        (_used, _measured) = (used, now);
        return new LoadSample(serving.Length, serving.Sum(w => w.RequestsToDo), cpus, now);
    }

    /// <summary>User and system time together; zero when the process is gone.</summary>
    internal static double CpuSecondsOf(int pid)
    {
        try
        {
            var fields = ProcessStat.FieldsOf(pid);
            return (Number(fields[ProcessStat.UserTime]) + Number(fields[ProcessStat.SystemTime])) / TicksPerSecond;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static double Number(string field) => double.Parse(field, CultureInfo.InvariantCulture);
}
