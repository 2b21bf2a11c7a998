namespace Drover.FunctionalTests.Survival;

/// <summary>What became of a request; exactly one of these.</summary>
internal enum Outcome
{
    /// <summary>The whole answer to this request has arrived.</summary>
    Answered,

    /// <summary>
    /// No answer to a client that had ended its own stream: Kestrel takes that for the client's departure, in any program and on any
    /// transport.
    /// </summary>
    NotWaitedFor,

    /// <summary>503 of the primary's.</summary>
    Unavailable,

    /// <summary>The connection was reset before the answer was whole.</summary>
    Reset,

    /// <summary>The connection was closed in order before the answer had begun.</summary>
    Closed,

    /// <summary>It was closed in the middle of the answer.</summary>
    Truncated,

    /// <summary>No answer within the deadline.</summary>
    TimedOut,

    /// <summary>An answer that belongs to another request, or to none.</summary>
    Wrong,
}
