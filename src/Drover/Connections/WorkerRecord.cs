using System.Runtime.InteropServices;

namespace Drover.Connections;

/// <summary>What a C# worker says about its load; written by the worker, read by the primary. Fills one cache line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct WorkerRecord
{
    internal int OpenConnections;
    internal int RequestsInFlight;

    /// <summary>All requests since the worker's start.</summary>
    internal long Requests;

    /// <summary>When the worker's thread pool last did a piece of work, in milliseconds of the machine's monotonic clock; 0 before the first.</summary>
    internal long Heartbeat;
}
