namespace Drover.Bench.Article;

/// <summary>Where control groups with a CPU controller can be made.</summary>
static class CgroupMount
{
    /// <summary>This process's own group first, then the root of the mount: one of them may allow children.</summary>
    public static IEnumerable<(string Folder, bool IsVersion2)> WithCpuController()
    {
        foreach (var line in File.ReadLines("/proc/self/mounts"))
        {
            if (line.Split(' ') is not [_, var mount, var type, var flags, ..])
                continue;
            var isVersion2 = type == "cgroup2";
            if (!isVersion2 && !(type == "cgroup" && flags.Split(',').Contains("cpu", StringComparer.Ordinal)))
                continue;
            if (OwnPath(isVersion2) is { } own && Directory.Exists(mount + own))
                yield return (mount + own, isVersion2);
            yield return (mount, isVersion2);
        }
    }

    /// <summary>From lines such as <c>1:cpu,cpuacct:/some/group</c> (version 1) and <c>0::/some/group</c> (version 2).</summary>
    static string? OwnPath(bool isVersion2)
    {
        foreach (var line in File.ReadLines("/proc/self/cgroup"))
        {
            if (line.Split(':', 3) is not [var number, var controllers, var path] || path == "/")
                continue;
            if (isVersion2 ? number == "0" : controllers.Split(',').Contains("cpu", StringComparer.Ordinal))
                return path;
        }

        return null;
    }
}
