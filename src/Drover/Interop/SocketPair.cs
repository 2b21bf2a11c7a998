namespace Drover.Interop;

/// <summary>A connected pair of Unix sockets: one end stays here, the other goes to a worker.</summary>
internal static class SocketPair
{
    private const int UnixFamily = 1;
    private const int Stream = 1;
    private const int SequencedPacket = 5;
    private const int CloseOnExec = 0x80000;

    /// <summary>The channel: a byte stream, as Node expects.</summary>
    internal static (FileDescriptor Ours, FileDescriptor Theirs) CreateStream() => Create(Stream);

    /// <summary>The hand-off: records keep their borders, so descriptors stay with their record.</summary>
    internal static (FileDescriptor Ours, FileDescriptor Theirs) CreateSequencedPacket() => Create(SequencedPacket);

    // Close-on-exec from birth: otherwise workers forked in parallel inherit one another's ends, and a worker's end goes unnoticed.
    private static unsafe (FileDescriptor Ours, FileDescriptor Theirs) Create(int type)
    {
        var pair = stackalloc int[2];
        if (Libc.socketpair(UnixFamily, type | CloseOnExec, 0, pair) != 0) throw SystemCallException.Last("socketpair");
        var ours = new FileDescriptor(pair[0]);
        using var low = new FileDescriptor(pair[1]);
        try
        {
            ours.SetNonBlocking();
            return (ours, low.Duplicate());
        }
        catch
        {
            ours.Dispose();
            throw;
        }
    }
}
