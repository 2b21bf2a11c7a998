namespace Drover.Interop;

/// <summary>What a descriptor is ready for, or is to be watched for; the values are epoll's own.</summary>
[Flags]
internal enum Readiness : uint
{
    None = 0,
    Readable = 0x1,
    Writable = 0x4,
    Error = 0x8,
    HangUp = 0x10,
    PeerClosed = 0x2000,
    Exclusive = 0x10000000,
    EdgeTriggered = 0x80000000,
}
