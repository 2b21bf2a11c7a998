namespace Drover.Bench.Article;

/// <summary>How a request ended. Every request that was begun has exactly one.</summary>
enum RequestOutcome
{
    /// <summary>The whole, right answer arrived.</summary>
    Answered,

    /// <summary>No connection: refused, or no route to it.</summary>
    NotConnected,

    /// <summary>The connection was reset before the answer was complete.</summary>
    Reset,

    /// <summary>The connection ended without a byte of an answer.</summary>
    ClosedWithoutAnswer,

    /// <summary>The connection ended within the answer.</summary>
    IncompleteAnswer,

    /// <summary>A complete answer, but none of those named here, or not the text that is due.</summary>
    WrongAnswer,

    /// <summary>503: nobody could answer, and the client was told.</summary>
    Unavailable,

    /// <summary>502 or 504: a proxy got no answer, and the client was told.</summary>
    BadGateway,

    /// <summary>None of these within the time limit.</summary>
    TimedOut,
}
