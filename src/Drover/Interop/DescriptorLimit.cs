namespace Drover.Interop;

/// <summary>
/// How near this process is to its limit of open files. The last few descriptors are not for connections: a .NET process that cannot
/// open a file while it starts a thread ends at once, with "Out of memory".
/// </summary>
internal static unsafe class DescriptorLimit
{
    private const int OpenFiles = 7;
    private const int Reserve = 16;

    private static long _lookedAt;
    private static long _firstReserved;

    /// <summary>Whether a descriptor that was just made is one of the last: numbers are given out from the lowest free one on.</summary>
    internal static bool IsNear(int descriptor)
    {
        // The limit of a running process can be changed from outside. One look for each tick of the clock costs nothing.
        var now = Environment.TickCount64;
        if (now != Volatile.Read(ref _lookedAt))
        {
            Volatile.Write(ref _firstReserved, FirstReserved());
            Volatile.Write(ref _lookedAt, now);
        }

        return descriptor >= Volatile.Read(ref _firstReserved);
    }

    private static long FirstReserved()
    {
        var limits = stackalloc ulong[2];
        return Libc.getrlimit(OpenFiles, limits) == 0 && limits[0] < int.MaxValue ? (long)limits[0] - Reserve : int.MaxValue;
    }
}
