namespace Drover.Interop;

/// <summary>A pipe, close-on-exec, for a worker's standard streams.</summary>
internal static unsafe class Pipe
{
    private const int CloseOnExec = 0x80000;

    internal static (FileDescriptor Read, FileDescriptor Write) Create()
    {
        var pair = stackalloc int[2];
        if (Libc.pipe2(pair, CloseOnExec) != 0) throw SystemCallException.Last("pipe2");
        return (new FileDescriptor(pair[0]), new FileDescriptor(pair[1]));
    }

    internal static FileDescriptor OpenNull()
    {
        const int readWrite = 2;
        var descriptor = Libc.open("/dev/null", readWrite | CloseOnExec, 0);
        return descriptor >= 0 ? new FileDescriptor(descriptor) : throw SystemCallException.Last("open(/dev/null)");
    }
}
