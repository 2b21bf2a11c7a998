namespace Drover.Workers;

/// <summary>What is to become of an instance whose worker has ended.</summary>
internal enum RestartVerdict
{
    /// <summary>Fork a new worker after the delay.</summary>
    Restart,

    /// <summary>The worker was meant to end. The instance stays empty, and that is no failure.</summary>
    StayDown,

    /// <summary>Restarting does not help. The instance has failed, and stays empty until somebody acts.</summary>
    GiveUp,
}

/// <summary>A verdict, with the delay before a restart and, when there is none, the reason for people to read.</summary>
internal readonly record struct RestartDecision(RestartVerdict Verdict, TimeSpan Delay, string? Reason)
{
    internal static RestartDecision Restart(TimeSpan delay) => new(RestartVerdict.Restart, delay, Reason: null);

    internal static RestartDecision StayDown(string reason) => new(RestartVerdict.StayDown, TimeSpan.Zero, reason);

    internal static RestartDecision GiveUp(string reason) => new(RestartVerdict.GiveUp, TimeSpan.Zero, reason);
}
