namespace Drover.Bench.Article;

/// <summary>A control group for each worker, with a quota of CPU time in each period. Needs root, or a delegated group.</summary>
sealed class CgroupShare : CpuShare
{
    // Short, so that a worker that has used its quota does not stand still for long; the kernel's least quota is 1 ms.
    const int PeriodMicroseconds = 20_000;

    readonly string _folder;
    readonly int _quotaMicroseconds;
    readonly bool _isVersion2;

    CgroupShare(string folder, int percent, bool isVersion2)
    {
        _folder = folder;
        _quotaMicroseconds = Math.Max(1000, PeriodMicroseconds * percent / 100);
        _isVersion2 = isVersion2;
    }

    public override string Means => _isVersion2 ? "cgroup v2, cpu.max" : "cgroup v1, cpu.cfs_quota_us";

    /// <summary>Null when there is no such group to be had.</summary>
    public static CgroupShare? TryCreate(int percent)
    {
        foreach (var (root, isVersion2) in CgroupMount.WithCpuController())
        {
            try
            {
                var folder = Path.Combine(root, $"drover-bench-{Environment.ProcessId}");
                Directory.CreateDirectory(folder);
                var share = new CgroupShare(folder, percent, isVersion2);
                if (share.CanLimit())
                    return share;
                share.Dispose();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Not ours to use: try the next one.
            }
        }

        return null;
    }

    public override void Hold(int pid)
    {
        var group = Path.Combine(_folder, $"worker-{pid}");
        try
        {
            Limit(group);
            File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{pid}");
        }
        catch (IOException)
        {
            // The worker has died since it said that it listens.
        }
    }

    public override void Dispose()
    {
        foreach (var group in Directory.GetDirectories(_folder))
            Remove(group);
        Remove(_folder);
    }

    bool CanLimit()
    {
        var trial = Path.Combine(_folder, "trial");
        try
        {
            if (_isVersion2)
                File.WriteAllText(Path.Combine(_folder, "cgroup.subtree_control"), "+cpu");
            Limit(trial);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    void Limit(string group)
    {
        Directory.CreateDirectory(group);
        if (_isVersion2)
        {
            File.WriteAllText(Path.Combine(group, "cpu.max"), $"{_quotaMicroseconds} {PeriodMicroseconds}");
            return;
        }

        File.WriteAllText(Path.Combine(group, "cpu.cfs_period_us"), $"{PeriodMicroseconds}");
        File.WriteAllText(Path.Combine(group, "cpu.cfs_quota_us"), $"{_quotaMicroseconds}");
    }

    /// <summary>A group whose last process has just been reaped may be busy for a moment.</summary>
    static void Remove(string group)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(group);
                return;
            }
            catch (IOException) when (attempt < 50)
            {
                Thread.Sleep(20);
            }
        }
    }
}
