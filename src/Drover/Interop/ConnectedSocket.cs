using System.Buffers;
using System.Runtime.CompilerServices;

namespace Drover.Interop;

/// <summary>
/// Our descriptor of an established stream connection, TCP or Unix. No call blocks, whatever flags the open file came with.
/// Disposing it closes the descriptor only; the connection ends for everybody with <see cref="ShutDown"/> or <see cref="Reset"/>.
/// </summary>
internal sealed unsafe class ConnectedSocket(FileDescriptor descriptor) : IDisposable
{
    private const int NoSignal = 0x4000;
    private const int DontWait = 0x40;
    private const int TcpLevel = 6;
    private const int NoDelay = 1;
    private const int OurDirection = 1;
    private const int BothDirections = 2;
    private const int AddressSize = 16;
    private const int MaxVectors = 32;

    /// <summary>Only valid until this object is disposed.</summary>
    internal int Value => descriptor.Value;

    /// <summary>Small answers leave at once instead of waiting for the acknowledgement of the one before. Unix sockets have no such delay.</summary>
    internal void DisableDelay()
    {
        var on = 1;
        _ = Libc.setsockopt(Value, TcpLevel, NoDelay, &on, sizeof(int));
    }

    /// <summary>The number of bytes read, 0 at the end of the client's stream, or -1 with the reason.</summary>
    internal int Receive(Span<byte> buffer, out Errno error)
    {
        fixed (byte* bytes = buffer)
        {
            nint count;
            do count = Libc.recv(Value, bytes, (nuint)buffer.Length, DontWait);
            while (Failed(count, out error) && error == Errno.Interrupted);
            return (int)count;
        }
    }

    /// <summary>The number of bytes that the kernel took, which may be fewer than offered, or -1 with the reason.</summary>
    internal long Send(in ReadOnlySequence<byte> data, out Errno error)
    {
        if (!data.IsSingleSegment) return SendSegments(data, out error);
        fixed (byte* bytes = data.FirstSpan)
        {
            nint count;
            do count = Libc.send(Value, bytes, (nuint)data.FirstSpan.Length, DontWait | NoSignal);
            while (Failed(count, out error) && error == Errno.Interrupted);
            return count;
        }
    }

    /// <summary>Nothing more will be written; what the client still writes can be read.</summary>
    internal void EndOutput() => _ = Libc.shutdown(Value, OurDirection);

    /// <summary>Ends the connection in both directions for every process that holds it: the client sees the end of the stream.</summary>
    internal void ShutDown() => _ = Libc.shutdown(Value, BothDirections);

    /// <summary>
    /// Breaks the connection off for every process that holds it: a TCP client sees a reset, and cannot take a truncated answer for a
    /// whole one. Dissolving the association does that at once, where SO_LINGER would wait for the last holder to close.
    /// </summary>
    internal void Reset()
    {
        // All zero: AF_UNSPEC. Unix sockets do not know it.
        var nowhere = stackalloc byte[AddressSize];
        Unsafe.InitBlock(nowhere, 0, AddressSize);
        if (Libc.connect(Value, nowhere, AddressSize) != 0) ShutDown();
    }

    public void Dispose() => descriptor.Dispose();

    private long SendSegments(in ReadOnlySequence<byte> data, out Errno error)
    {
        var vectors = stackalloc IoVector[MaxVectors];
        var pins = default(Pins);
        var used = 0;
        try
        {
            foreach (var segment in data)
            {
                if (segment.IsEmpty) continue;
                pins[used] = segment.Pin();
                vectors[used] = new IoVector { Base = pins[used].Pointer, Length = (nuint)segment.Length };
                if (++used == MaxVectors) break;
            }

            var message = new MessageHeader { Vectors = vectors, VectorCount = (nuint)used };
            nint count;
            do count = Libc.sendmsg(Value, &message, DontWait | NoSignal);
            while (Failed(count, out error) && error == Errno.Interrupted);
            return count;
        }
        finally
        {
            for (var i = 0; i < used; i++) pins[i].Dispose();
        }
    }

    private static bool Failed(nint count, out Errno error)
    {
        error = count < 0 ? ErrnoOfLastCall.Get() : Errno.None;
        return count < 0;
    }

    [InlineArray(MaxVectors)]
    private struct Pins
    {
        private MemoryHandle _first;
    }
}
