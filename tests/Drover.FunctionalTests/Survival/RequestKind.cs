namespace Drover.FunctionalTests.Survival;

/// <summary>How a client of the counter behaves.</summary>
internal enum RequestKind
{
    Get,
    LongGet,
    Post,
    ChunkedPost,
    PipelinedPair,
    SentInPieces,
    HalfClosed,
    NewConnection,
}
