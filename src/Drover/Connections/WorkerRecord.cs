using System.Runtime.InteropServices;

namespace Drover.Connections;

/// <summary>What a C# worker says about its load; written by the worker, read by the primary. Fills one cache line.</summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal struct WorkerRecord
{
    internal int OpenConnections;
    internal int RequestsInFlight;
}
