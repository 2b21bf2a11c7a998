namespace Drover.Bench.Server;

/// <summary>Ends the process with exit(1) at a moment after its first request that depends on the seed and the worker only.</summary>
sealed class CrashTimer(Arguments arguments, int workerId) : IDisposable
{
    readonly TimeSpan _within = TimeSpan.FromSeconds(arguments.Number("--crash-within"));
    readonly uint _seed = (uint)arguments.Integer("--seed");
    Timer? _timer;
    bool _armed;

    public void Arm()
    {
        if (_within == TimeSpan.Zero || Interlocked.Exchange(ref _armed, true))
            return;
        _timer = new Timer(_ => Environment.Exit(1), null, Moment() * _within, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>A number in [0, 1), the same as in the Node program, so that both crash at the same moments.</summary>
    double Moment()
    {
        var x = (_seed ^ ((uint)workerId * 0x9e3779b1)) * 0x85ebca6b;
        x = (x ^ (x >> 13)) * 0xc2b2ae35;
        return (x ^ (x >> 16)) / 4294967296.0;
    }
}
