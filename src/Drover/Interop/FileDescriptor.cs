using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Drover.Interop;

/// <summary>An open descriptor with exactly one owner. Disposing it closes it, and never shuts a connection down.</summary>
internal sealed class FileDescriptor : SafeHandleZeroOrMinusOneIsInvalid
{
    // Close-on-exec duplicates start here, so that a spawn's own low descriptors (0-4) can never collide with them.
    private const int LowestDuplicate = 16;
    private const int DuplicateCloseOnExec = 1030;
    private const int SetDescriptorFlags = 2;
    private const int GetStatusFlags = 3;
    private const int SetStatusFlags = 4;
    private const int NonBlockingFlag = 0x800;

    internal FileDescriptor(int value) : base(ownsHandle: true) => SetHandle(value);

    /// <summary>The number. Only valid while this object is alive and not disposed.</summary>
    internal int Value => (int)handle;

    /// <summary>Gives the number away: the caller closes it from now on.</summary>
    internal int Release()
    {
        var value = Value;
        SetHandleAsInvalid();
        return value;
    }

    internal FileDescriptor Duplicate() => DuplicateOf(Value);

    /// <summary>Another descriptor of the same open file; the number given stays its owner's.</summary>
    internal static FileDescriptor DuplicateOf(int descriptor)
    {
        var copy = Libc.fcntl(descriptor, DuplicateCloseOnExec, LowestDuplicate);
        return copy >= 0 ? new FileDescriptor(copy) : throw SystemCallException.Last("fcntl(F_DUPFD_CLOEXEC)");
    }

    internal static FileDescriptor DuplicateOf(SafeHandle handle)
    {
        var added = false;
        try
        {
            handle.DangerousAddRef(ref added);
            return DuplicateOf((int)handle.DangerousGetHandle());
        }
        finally
        {
            if (added) handle.DangerousRelease();
        }
    }

    internal void SetCloseOnExec() => SetCloseOnExec(Value);

    internal void SetNonBlocking() => SetNonBlocking(Value);

    internal static void SetCloseOnExec(int descriptor) => _ = Libc.fcntl(descriptor, SetDescriptorFlags, 1);

    /// <summary>Open-file flags travel with a descriptor that is passed on, and Node never sets this one itself.</summary>
    internal static void SetNonBlocking(int descriptor)
    {
        var flags = Libc.fcntl(descriptor, GetStatusFlags, 0);
        if (flags >= 0 && (flags & NonBlockingFlag) == 0) _ = Libc.fcntl(descriptor, SetStatusFlags, flags | NonBlockingFlag);
    }

    /// <summary>Closes a bare number. Linux frees the number even when close reports an error, so it is never retried.</summary>
    internal static void Close(int descriptor) => _ = Libc.close(descriptor);

    protected override bool ReleaseHandle() => Libc.close(Value) == 0;
}
