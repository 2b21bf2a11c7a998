using System.Runtime.InteropServices;

namespace Drover.Interop;

/// <summary>A system call failed in a way that its caller does not handle.</summary>
internal sealed class SystemCallException(string call, Errno errno)
    : IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage((int)errno)} (errno {(int)errno})")
{
    internal string Call { get; } = call;

    internal Errno Errno { get; } = errno;

    /// <summary>The exception for the last failed call of this thread.</summary>
    internal static SystemCallException Last(string call) => new(call, ErrnoOfLastCall.Get());
}
