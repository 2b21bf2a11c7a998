namespace Drover.Interop;

/// <summary>Bytes and descriptors together over a Unix socket (SCM_RIGHTS).</summary>
internal static unsafe class DescriptorMessage
{
    /// <summary>As many descriptors as one message of ours carries. The kernel's own limit is 253.</summary>
    internal const int MaxDescriptors = 64;

    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int CloseOnExecReceived = 0x40000000;
    private const int HeaderSize = 16;
    private const int ControlSize = HeaderSize + (MaxDescriptors * sizeof(int));

    /// <summary>
    /// Sends without blocking. The descriptors stay the caller's in any case: the kernel makes its own copies of those it took.
    /// Returns the bytes taken, or -1 with the reason in <paramref name="error"/>.
    /// </summary>
    internal static int Send(int socket, ReadOnlySpan<byte> data, ReadOnlySpan<int> descriptors, out Errno error)
    {
        var control = stackalloc byte[ControlSize];
        fixed (byte* bytes = data)
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)data.Length };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1 };
            if (descriptors.Length > 0)
            {
                var length = HeaderSize + (descriptors.Length * sizeof(int));
                *(nuint*)control = (nuint)length;
                ((int*)control)[2] = SocketLevel;
                ((int*)control)[3] = Rights;
                descriptors.CopyTo(new Span<int>(control + HeaderSize, descriptors.Length));
                message.Control = control;
                message.ControlLength = (nuint)((length + 7) & ~7);
            }

            nint sent;
            do sent = Libc.sendmsg(socket, &message, NoSignal | DontWait);
            while (sent < 0 && ErrnoOfLastCall.Get() == Errno.Interrupted);
            error = sent < 0 ? ErrnoOfLastCall.Get() : Errno.None;
            return (int)sent;
        }
    }

    /// <summary>
    /// Receives without blocking. The descriptors that arrived are close-on-exec and the caller's from now on.
    /// Returns the bytes read, 0 at the end of the stream, or -1 with the reason in <paramref name="error"/>.
    /// </summary>
    internal static int Receive(int socket, Span<byte> data, Span<int> descriptors, out int descriptorCount, out Errno error)
    {
        var control = stackalloc byte[ControlSize];
        descriptorCount = 0;
        fixed (byte* bytes = data)
        {
            var vector = new IoVector { Base = bytes, Length = (nuint)data.Length };
            var message = new MessageHeader { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = ControlSize };
            nint received;
            do received = Libc.recvmsg(socket, &message, CloseOnExecReceived | DontWait);
            while (received < 0 && ErrnoOfLastCall.Get() == Errno.Interrupted);
            if (received < 0)
            {
                error = ErrnoOfLastCall.Get();
                return -1;
            }

            error = Errno.None;
            if (message.ControlLength >= HeaderSize && ((int*)control)[2] == SocketLevel && ((int*)control)[3] == Rights)
            {
                var arrived = ((int)*(nuint*)control - HeaderSize) / sizeof(int);
                var numbers = new ReadOnlySpan<int>(control + HeaderSize, arrived);
                descriptorCount = Math.Min(arrived, descriptors.Length);
                numbers[..descriptorCount].CopyTo(descriptors);
                foreach (var surplus in numbers[descriptorCount..]) FileDescriptor.Close(surplus);
            }

            return (int)received;
        }
    }
}
