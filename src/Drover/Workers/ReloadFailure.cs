namespace Drover;

/// <summary>Why a reload stopped. The workers that had not been replaced stay as they are.</summary>
public sealed class ReloadFailure
{
    internal ReloadFailure(ReloadFailureReason reason, string message, Worker? worker = null, IReadOnlyList<string>? lastLines = null)
    {
        Reason = reason;
        Message = message;
        Worker = worker;
        LastLines = lastLines ?? [];
    }

    /// <summary>What kind of failure it is.</summary>
    public ReloadFailureReason Reason { get; }

    /// <summary>One line for people.</summary>
    public string Message { get; }

    /// <summary>The new worker that failed, which has ended by now; null when none could be started.</summary>
    public Worker? Worker { get; }

    /// <summary>The exit code of the new worker, when it ended by itself; else null.</summary>
    public int? ExitCode => HasEndedByItself ? Worker!.ExitCode : null;

    /// <summary>The signal that ended the new worker, when it did not end by itself and was not told to end; else null.</summary>
    public Signal? Signal => HasEndedByItself ? Worker!.ExitSignal : null;

    /// <summary>The last lines, 20 at most, that the new worker wrote to standard error.</summary>
    public IReadOnlyList<string> LastLines { get; }

    private bool HasEndedByItself => Reason == ReloadFailureReason.Ended && Worker is not null;

    /// <inheritdoc/>
    public override string ToString() => Message;
}
