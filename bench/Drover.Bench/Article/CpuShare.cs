namespace Drover.Bench.Article;

/// <summary>
/// Holds each worker to a fixed share of one core, so that eight workers can be seen to do eight times the work on a machine
/// with two. Dispose it once the workers are gone.
/// </summary>
abstract class CpuShare : IDisposable
{
    /// <summary>What was used, for the report.</summary>
    public abstract string Means { get; }

    public abstract void Hold(int pid);

    public abstract void Dispose();

    /// <summary>The best that this machine allows.</summary>
    public static CpuShare Create(int percent, bool forceDutyCycle)
    {
        if (percent == 100)
            return new WholeCore();
        CgroupShare? cgroup = forceDutyCycle ? null : CgroupShare.TryCreate(percent);
        return cgroup is null ? new DutyCycleShare(percent) : cgroup;
    }

    sealed class WholeCore : CpuShare
    {
        public override string Means => "no limit";

        public override void Hold(int pid)
        {
        }

        public override void Dispose()
        {
        }
    }
}
