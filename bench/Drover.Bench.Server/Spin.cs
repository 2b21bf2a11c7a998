using System.Runtime.CompilerServices;

namespace Drover.Bench.Server;

/// <summary>Work that needs CPU time: a fixed number of steps, so that a process that gets less CPU takes longer.</summary>
static class Spin
{
    /// <summary>A xorshift: each step needs the one before, so nothing can be left out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static ulong Run(int iterations)
    {
        var x = 88172645463325252UL;
        for (var i = 0; i < iterations; i++)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
        }

        return x;
    }

    /// <summary>
    /// How many steps need this much CPU time. CPU time, not wall time: what a busy machine does to us meanwhile must not count.
    /// The quickest of several is the truth.
    /// </summary>
    public static int Calibrate(double milliseconds)
    {
        const int Iterations = 10_000_000;
        var best = double.MaxValue;
        for (var i = 0; i < 12; i++)
        {
            var before = Environment.CpuUsage.TotalTime;
            Run(Iterations);
            best = Math.Min(best, (Environment.CpuUsage.TotalTime - before).TotalMilliseconds);
        }

        return (int)(Iterations * milliseconds / best);
    }
}
