using System.Net;
using System.Net.Sockets;

namespace Drover.Interop;

/// <summary>Creating, binding and accepting, without System.Net.Sockets: the descriptors made here are handed to other processes.</summary>
internal static unsafe class ListeningSocket
{
    private const int InterNetwork = 2;
    private const int InterNetworkV6 = 10;
    private const int Unix = 1;
    private const int StreamType = 1;
    private const int DatagramType = 2;
    private const int NonBlockingCloseOnExec = 0x80800;
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;
    private const int ReusePort = 15;
    private const int Ipv6Level = 41;
    private const int Ipv6Only = 26;
    private const int MaxAddress = 128;

    /// <summary>A bound, non-blocking socket. On failure the errno that the caller would have got itself.</summary>
    internal static Errno TryBind(EndPoint endPoint, bool datagram, bool ipv6Only, bool reuseAddress, out FileDescriptor? socket, bool reusePort = false)
    {
        socket = null;
        var family = endPoint.AddressFamily switch
        {
            AddressFamily.InterNetwork => InterNetwork,
            AddressFamily.InterNetworkV6 => InterNetworkV6,
            AddressFamily.Unix => Unix,
            _ => throw new ArgumentException($"Cannot listen on {endPoint}: neither an IP address nor a Unix socket path.", nameof(endPoint)),
        };
        var number = Libc.socket(family, (datagram ? DatagramType : StreamType) | NonBlockingCloseOnExec, 0);
        if (number < 0) return ErrnoOfLastCall.Get();
        var made = new FileDescriptor(number);
        if (family != Unix && reuseAddress) SetOption(number, SocketLevel, ReuseAddress, 1);
        if (reusePort) SetOption(number, SocketLevel, ReusePort, 1);
        if (family == InterNetworkV6) SetOption(number, Ipv6Level, Ipv6Only, ipv6Only ? 1 : 0);

        var address = endPoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            if (Libc.bind(number, bytes, (uint)address.Size) == 0)
            {
                socket = made;
                return Errno.None;
            }
        }

        var error = ErrnoOfLastCall.Get();
        made.Dispose();
        return error;
    }

    internal static Errno TryListen(FileDescriptor socket, int backlog) =>
        Libc.listen(socket.Value, backlog) == 0 ? Errno.None : ErrnoOfLastCall.Get();

    /// <summary>Where the socket is bound; null for an unnamed Unix socket.</summary>
    internal static EndPoint? LocalEndPoint(FileDescriptor socket) => ReadAddress(socket.Value, peer: false);

    internal static EndPoint? LocalEndPoint(int socket) => ReadAddress(socket, peer: false);

    internal static EndPoint? RemoteEndPoint(int socket) => ReadAddress(socket, peer: true);

    /// <summary>
    /// Takes one connection, non-blocking and close-on-exec, and writes the client's raw address. Returns -1 with the reason.
    /// </summary>
    internal static int Accept(int socket, Span<byte> address, out int addressLength, out Errno error)
    {
        fixed (byte* bytes = address)
        {
            int accepted;
            uint length;
            do
            {
                length = (uint)address.Length;
                accepted = Libc.accept4(socket, bytes, &length, NonBlockingCloseOnExec);
            }
            while (accepted < 0 && ErrnoOfLastCall.Get() == Errno.Interrupted);
            error = accepted < 0 ? ErrnoOfLastCall.Get() : Errno.None;
            addressLength = (int)Math.Min(length, (uint)address.Length);
            return accepted;
        }
    }

    /// <summary>Writes the client's raw address; returns its length, 0 when there is none.</summary>
    internal static int ReadPeer(int socket, Span<byte> address)
    {
        fixed (byte* bytes = address)
        {
            var length = (uint)address.Length;
            return Libc.getpeername(socket, bytes, &length) == 0 ? (int)Math.Min(length, (uint)address.Length) : 0;
        }
    }

    /// <summary>Whether some process has a socket bound to this Unix path; a file left by a dead server is nobody's.</summary>
    internal static bool IsUnixServerAlive(UnixDomainSocketEndPoint endPoint)
    {
        // A socket of the other type is refused for its type, and only if there is somebody to refuse it. The server does not notice.
        var number = Libc.socket(Unix, DatagramType | NonBlockingCloseOnExec, 0);
        if (number < 0) return true;
        using var probe = new FileDescriptor(number);
        var address = endPoint.Serialize();
        fixed (byte* bytes = address.Buffer.Span)
        {
            return Libc.connect(number, bytes, (uint)address.Size) == 0 || ErrnoOfLastCall.Get() != Errno.ConnectionRefused;
        }
    }

    private static void SetOption(int socket, int level, int option, int value) =>
        _ = Libc.setsockopt(socket, level, option, &value, sizeof(int));

    private static EndPoint? ReadAddress(int socket, bool peer)
    {
        var buffer = stackalloc byte[MaxAddress];
        uint length = MaxAddress;
        var result = peer ? Libc.getpeername(socket, buffer, &length) : Libc.getsockname(socket, buffer, &length);
        return result == 0 ? SocketAddressBytes.ToEndPoint(new ReadOnlySpan<byte>(buffer, (int)Math.Min(length, MaxAddress))) : null;
    }
}
