namespace Drover.Workers;

/// <summary>What a worker has used so far.</summary>
internal readonly record struct WorkerUsage(long MemoryBytes, TimeSpan Age, long Requests);
