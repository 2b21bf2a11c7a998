namespace Drover.Workers;

/// <summary>What a primary looks after each second, off the loop: whether there are too many or too few workers, and whether one has used up its time.</summary>
internal sealed class Upkeep : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ClusterCore _cluster;
    private readonly Func<ClusterSettings> _settings;
    private readonly CancellationTokenSource _end = new();
    private readonly AutoScaler? _scaler;
    private readonly LoadMeter _meter;
    private readonly Recycler _recycler;
    private readonly Task _running;

    /// <param name="cluster">Whose workers they are.</param>
    /// <param name="atFirst">The settings of the first fork, which say what is looked after.</param>
    /// <param name="settings">What a fork starts from now.</param>
    internal Upkeep(ClusterCore cluster, ClusterSettings atFirst, Func<ClusterSettings> settings)
    {
        _cluster = cluster;
        _settings = settings;
        _meter = new LoadMeter(cluster);
        _recycler = new Recycler(cluster);
        if (atFirst.AutoScale is { } scale) _scaler = new AutoScaler(scale);
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _running;
        _end.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, _cluster.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                // Whatever is being changed is looked at when it is done.
                if (_cluster.Changes.Pending is null) await LookAfterAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The cluster ends.
        }
    }

    private async Task LookAfterAsync()
    {
        try
        {
            if (_scaler is not null) await ScaleAsync(_scaler);
            await _recycler.RunOnceAsync(_end.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The next second is another one.
            UpkeepLog.Failed(_cluster.Logger, exception);
        }
    }

    private async Task ScaleAsync(AutoScaler scaler)
    {
        var sample = _meter.Measure();
        if (sample.Workers == 0) return;
        var target = scaler.Decide(sample);
        if (target == sample.Workers) return;
        ScalingLog.Decided(_cluster.Logger, sample.Requests, sample.Cpus, sample.Workers, target);
        try
        {
            await _cluster.Changes.ScaleAsync(target, sample.Workers, _settings(), _end.Token);
        }
        catch (ClusterException exception)
        {
            ScalingLog.Failed(_cluster.Logger, exception.Message);
        }
    }
}
