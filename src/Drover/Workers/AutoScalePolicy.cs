namespace Drover;

/// <summary>
/// By which load the primary changes the number of workers by itself, between a least and a most. The load is looked at each second.
/// Set it in the primary; it is read at the first fork and counts for the whole cluster.
/// </summary>
public sealed class AutoScalePolicy
{
    /// <summary>The fewest workers. Default: 1.</summary>
    public int MinWorkers { get; set; } = 1;

    /// <summary>The most workers. Default: one per CPU that this process may use.</summary>
    public int MaxWorkers { get; set; } = Environment.ProcessorCount;

    /// <summary>
    /// How many requests in flight one worker is to have, connections that wait for a worker included. Counted for web applications with
    /// UseCluster; other workers count none. Null: not looked at. Default: 10.
    /// </summary>
    public double? TargetRequests { get; set; } = 10;

    /// <summary>How much of one CPU a worker is to use: 0.7 (the default) means 70 % of one. Null: not looked at.</summary>
    public double? TargetCpu { get; set; } = 0.7;

    /// <summary>
    /// The hysteresis: by which share the load must miss the target before anything is changed. Default: 0.1.
    /// </summary>
    public double Tolerance { get; set; } = 0.1;

    /// <summary>How long the load must have been too high for the workers there are. Default: 3 s.</summary>
    public TimeSpan ScaleUpAfter { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long fewer workers must have been enough. Default: 60 s.</summary>
    public TimeSpan ScaleDownAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The shortest time between two changes, so that one shows its effect before the next. Default: 10 s.</summary>
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Checks the values and copies them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value makes no sense; the message names the property and the rule.</exception>
    internal AutoScalePolicy CheckedCopy()
    {
        Require(MinWorkers >= 1, nameof(MinWorkers), MinWorkers, "must be at least 1");
        Require(MaxWorkers >= MinWorkers, nameof(MaxWorkers), MaxWorkers, $"must not be less than {nameof(MinWorkers)} ({MinWorkers})");
        Require(TargetRequests is null or > 0, nameof(TargetRequests), TargetRequests, "must be more than zero");
        Require(TargetCpu is null or > 0, nameof(TargetCpu), TargetCpu, "must be more than zero");
        Require(Tolerance is >= 0 and < 1, nameof(Tolerance), Tolerance, "must be from 0 to less than 1");
        Require(ScaleUpAfter >= TimeSpan.Zero, nameof(ScaleUpAfter), ScaleUpAfter, "must not be negative");
        Require(ScaleDownAfter >= TimeSpan.Zero, nameof(ScaleDownAfter), ScaleDownAfter, "must not be negative");
        Require(CoolDown >= TimeSpan.Zero, nameof(CoolDown), CoolDown, "must not be negative");
        return (AutoScalePolicy)MemberwiseClone();
    }

    private static void Require(bool condition, string property, object? value, string rule)
    {
        if (!condition)
            throw new ArgumentOutOfRangeException(property, value, $"{nameof(AutoScalePolicy)}.{property} {rule}.");
    }
}
