using Drover.Interop;

namespace Drover.Connections;

/// <summary>
/// A connection that the worker's program has from now on. Without a claim it is the program's alone; with one it can go to other
/// workers whenever it is idle.
/// </summary>
internal readonly record struct TakenConnection(FileDescriptor Descriptor, ConnectionClaim? Claim);
