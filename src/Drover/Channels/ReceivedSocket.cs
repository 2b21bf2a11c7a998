using System.Net.Sockets;
using Drover.Interop;

namespace Drover.Channels;

/// <summary>A socket that came with a message. The first handler that takes it owns it; if none does, it is closed.</summary>
internal sealed class ReceivedSocket(FileDescriptor descriptor) : IDisposable
{
    private FileDescriptor? _descriptor = descriptor;

    internal Socket? Take()
    {
        if (_descriptor is not { } descriptor) return null;
        _descriptor = null;
        return ToSocket(descriptor);
    }

    /// <summary>The same socket with a new holder; this one holds nothing any more.</summary>
    internal ReceivedSocket? Move()
    {
        if (_descriptor is not { } descriptor) return null;
        _descriptor = null;
        return new ReceivedSocket(descriptor);
    }

    /// <summary>The descriptor as a socket, which owns it.</summary>
    internal static Socket ToSocket(FileDescriptor descriptor)
    {
        var socket = new Socket(new SafeSocketHandle(descriptor.Release(), ownsHandle: true));
        KeepBlockingCalls(socket);
        return socket;
    }

    /// <summary>
    /// Makes the descriptor non-blocking, as it must be to be shared, and the socket know it: it then waits by itself in the calls that
    /// block, which otherwise fail as soon as there is nothing to read. The mode belongs to the connection, not to one descriptor of it.
    /// </summary>
    internal static void KeepBlockingCalls(Socket socket)
    {
        socket.Blocking = false;
        socket.Blocking = true;
    }

    public void Dispose() => _descriptor?.Dispose();
}
