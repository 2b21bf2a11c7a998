using System.Runtime.InteropServices;

namespace Drover.Interop;

/// <summary>The error numbers of Linux that the code tells apart; others travel as plain values.</summary>
internal enum Errno
{
    None = 0,
    NotPermitted = 1,
    NotFound = 2,
    Interrupted = 4,
    BadDescriptor = 9,
    NoChild = 10,
    WouldBlock = 11,
    NoMemory = 12,
    AccessDenied = 13,
    Exists = 17,
    Invalid = 22,
    TooManyFilesInSystem = 23,
    TooManyFiles = 24,
    BrokenPipe = 32,
    NameTooLong = 36,
    NotSocket = 88,
    NotSupported = 95,
    AddressFamilyNotSupported = 97,
    AddressInUse = 98,
    AddressNotAvailable = 99,
    ConnectionAborted = 103,
    ConnectionReset = 104,
    NoBufferSpace = 105,
    TooManyReferences = 109,
    ConnectionRefused = 111,
}

internal static class ErrnoOfLastCall
{
    /// <summary>Why the last failed call of this thread failed.</summary>
    internal static Errno Get() => (Errno)Marshal.GetLastPInvokeError();
}
