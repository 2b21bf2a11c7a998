using Drover.Interop;

namespace Drover.Workers;

/// <summary>A process that has just been started, and the primary's ends of everything between the two.</summary>
internal sealed record SpawnedWorker(int ProcessId, PidFd Process, FileDescriptor Channel, FileDescriptor? HandOff, ForkedStreams? Streams, ErrorTap? Errors);
