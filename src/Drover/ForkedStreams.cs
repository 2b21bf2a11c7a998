namespace Drover;

/// <summary>The primary's ends of a worker's standard streams, when they are pipes.</summary>
public sealed class ForkedStreams
{
    internal ForkedStreams(Stream output, Stream error)
    {
        Output = output;
        Error = error;
    }

    /// <summary>What the worker writes to standard output. Read it: a worker whose pipe is full stops.</summary>
    public Stream Output { get; }

    /// <summary>What the worker writes to standard error. Read it: a worker whose pipe is full stops.</summary>
    public Stream Error { get; }
}
