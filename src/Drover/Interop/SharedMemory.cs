namespace Drover.Interop;

/// <summary>Memory that the primary creates (a memfd) and workers map. Dispose unmaps; the last holder frees it.</summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    private const uint CloseOnExec = 1;
    private const int ReadWrite = 3;
    private const int Shared = 1;

    private readonly void* _address;
    private int _disposed;

    private SharedMemory(FileDescriptor descriptor, long length)
    {
        Descriptor = descriptor;
        Length = length;
        _address = Libc.mmap(null, (nuint)length, ReadWrite, Shared, descriptor.Value, 0);
        if ((nint)_address == -1) throw SystemCallException.Last("mmap");
    }

    internal FileDescriptor Descriptor { get; }

    internal long Length { get; }

    internal static SharedMemory Create(ReadOnlySpan<byte> zeroTerminatedName, long length)
    {
        int number;
        fixed (byte* name = zeroTerminatedName) number = Libc.memfd_create(name, CloseOnExec);
        if (number < 0) throw SystemCallException.Last("memfd_create");
        var descriptor = new FileDescriptor(number);
        try
        {
            if (Libc.ftruncate(number, length) != 0) throw SystemCallException.Last("ftruncate");
            return new SharedMemory(descriptor, length);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Maps memory that another process created; owns <paramref name="descriptor"/> from now on.</summary>
    internal static SharedMemory Map(FileDescriptor descriptor, long length)
    {
        try
        {
            return new SharedMemory(descriptor, length);
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    internal ref T At<T>(long offset) where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - sizeof(T));
        return ref *(T*)((byte*)_address + offset);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _ = Libc.munmap(_address, (nuint)Length);
        Descriptor.Dispose();
    }
}
