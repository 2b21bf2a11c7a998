namespace Drover;

/// <summary>Where a worker's standard streams go.</summary>
public enum WorkerStdio
{
    /// <summary>The primary's own.</summary>
    Inherit,

    /// <summary>Output and error are pipes that the primary reads (<see cref="ForkedStreams"/>); input is empty. Node's <c>silent</c>.</summary>
    Pipe,

    /// <summary>Nowhere: output is dropped, input is empty.</summary>
    Silent,
}
