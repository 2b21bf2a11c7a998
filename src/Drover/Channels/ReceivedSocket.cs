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
        return new Socket(new SafeSocketHandle(descriptor.Release(), ownsHandle: true));
    }

    /// <summary>The same socket with a new holder; this one holds nothing any more.</summary>
    internal ReceivedSocket? Move()
    {
        if (_descriptor is not { } descriptor) return null;
        _descriptor = null;
        return new ReceivedSocket(descriptor);
    }

    public void Dispose() => _descriptor?.Dispose();
}
