namespace Drover.Scheduling;

/// <summary>
/// How many connections a worker gives away so that others get their share, a few at a time: new workers would else stay without work
/// behind clients that keep their connections. Pure.
/// </summary>
internal static class Spreading
{
    // Less than this is not worth a move.
    private const int MinExcess = 4;
    private const int MaxAtOnce = 64;

    /// <summary>0, when the worker has its share or not much more.</summary>
    internal static int ToGive(int has, int total, int workers)
    {
        if (workers < 2) return 0;
        var share = (total + workers - 1) / workers;
        var excess = has - share;

        // Almost even is even enough: connections that come and go must not be shifted about for ever.
        if (excess < MinExcess || excess <= share / 25) return 0;
        return Math.Clamp(excess / 2, 1, MaxAtOnce);
    }
}
