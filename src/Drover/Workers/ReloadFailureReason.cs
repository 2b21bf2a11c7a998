namespace Drover;

/// <summary>What kept a reload from replacing all workers.</summary>
public enum ReloadFailureReason
{
    /// <summary>No process could be started: the program is not there, cannot be run, or the settings are wrong.</summary>
    NotStarted,

    /// <summary>The new worker ended before it was ready, or within <see cref="ReloadOptions.SettleTime"/>.</summary>
    Ended,

    /// <summary>The new worker did not come to listen within <see cref="ReloadOptions.ReadyTimeout"/>.</summary>
    NotListening,

    /// <summary>The new worker listened, and its readiness probe did not succeed within <see cref="ReloadOptions.ReadyTimeout"/>.</summary>
    ProbeFailed,

    /// <summary>The whole cluster was asked to end.</summary>
    Interrupted,
}
