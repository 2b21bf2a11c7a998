namespace Drover.Interop;

/// <summary>An eventfd: wakes a loop that sleeps in epoll from any thread.</summary>
internal sealed unsafe class EventDescriptor : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800;

    private readonly FileDescriptor _descriptor;

    internal EventDescriptor()
    {
        var descriptor = Libc.eventfd(0, NonBlockingCloseOnExec);
        _descriptor = descriptor >= 0 ? new FileDescriptor(descriptor) : throw SystemCallException.Last("eventfd");
    }

    internal int Value => _descriptor.Value;

    internal void Signal()
    {
        ulong one = 1;
        _ = Libc.write(_descriptor.Value, &one, sizeof(ulong));
    }

    internal void Clear()
    {
        ulong count;
        _ = Libc.read(_descriptor.Value, &count, sizeof(ulong));
    }

    public void Dispose() => _descriptor.Dispose();
}
