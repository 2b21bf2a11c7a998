namespace Drover;

/// <summary>What came of <see cref="ClusterPrimary.ReloadAsync"/>.</summary>
public sealed class ReloadResult
{
    internal ReloadResult(int replaced, ReloadFailure? failure)
    {
        Replaced = replaced;
        Failure = failure;
    }

    /// <summary>Every worker that was there has been replaced, or has ended by itself.</summary>
    public bool IsComplete => Failure is null;

    /// <summary>How many workers were replaced, spare ones included. After a failure these are in use beside the old ones that stayed.</summary>
    public int Replaced { get; }

    /// <summary>Why the reload stopped; null when it is complete.</summary>
    public ReloadFailure? Failure { get; }

    /// <inheritdoc/>
    public override string ToString() => Failure is null ? $"{Replaced} workers replaced" : $"stopped after {Replaced} workers: {Failure}";
}
