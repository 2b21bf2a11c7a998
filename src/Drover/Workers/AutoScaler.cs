namespace Drover.Workers;

/// <summary>Decides how many workers there are to be, from one sample of the load after the other. Not thread-safe.</summary>
internal sealed class AutoScaler(AutoScalePolicy policy)
{
    private readonly AutoScalePolicy _policy = policy.CheckedCopy();
    private TimeSpan? _changed;
    private TimeSpan? _tooFewSince;
    private TimeSpan? _tooManySince;
    private int _workers;
    private int _enough;

    /// <summary>How many there are to be; as many as there are when nothing is to change.</summary>
    internal int Decide(in LoadSample sample)
    {
        if (sample.Workers < _policy.MinWorkers) return _policy.MinWorkers;
        if (sample.Workers > _policy.MaxWorkers) return _policy.MaxWorkers;
        if (sample.Workers != _workers) Changed(sample);

        // How many workers would have exactly their target.
        var load = Math.Max(sample.Requests / (_policy.TargetRequests ?? double.PositiveInfinity), sample.Cpus / (_policy.TargetCpu ?? double.PositiveInfinity));
        var wanted = Math.Clamp((int)Math.Ceiling(Math.Min(load, _policy.MaxWorkers)), _policy.MinWorkers, _policy.MaxWorkers);
        var tooFew = wanted > sample.Workers && load > sample.Workers * (1 + _policy.Tolerance);
        var tooMany = wanted < sample.Workers && load <= (sample.Workers - 1) * (1 - _policy.Tolerance);
        _tooFewSince = tooFew ? _tooFewSince ?? sample.Now : null;
        _enough = _tooManySince is null ? wanted : Math.Max(_enough, wanted);
        _tooManySince = tooMany ? _tooManySince ?? sample.Now : null;

        if (_changed is { } changed && sample.Now - changed < _policy.CoolDown) return sample.Workers;
        if (tooFew && sample.Now - _tooFewSince >= _policy.ScaleUpAfter) return wanted;
        return tooMany && sample.Now - _tooManySince >= _policy.ScaleDownAfter ? _enough : sample.Workers;
    }

    // By this decider, by somebody else, or by a death: the load is judged anew.
    private void Changed(in LoadSample sample)
    {
        if (_workers != 0) _changed = sample.Now;
        _workers = sample.Workers;
        _tooFewSince = _tooManySince = null;
    }
}
