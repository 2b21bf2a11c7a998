using System.Net;
using System.Net.Sockets;
using System.Text;
using Drover.Interop;

namespace Drover.Listening;

/// <summary>A socket bound to what a worker asked for. For a Unix socket also the file to remove in the end.</summary>
internal sealed record BoundSocket(FileDescriptor Socket, EndPoint? LocalEndPoint, string? SocketFile)
{
    internal const int DefaultBacklog = 511;

    internal const int LongestUnixPath = 107;
    private const int PathOnlyCloseOnExec = 0x280000;

    /// <summary>
    /// Binds and, unless it is UDP, listens. On failure the errno that the worker would have got itself.
    /// </summary>
    internal static Errno TryOpen(ListenRequest request, out BoundSocket? bound)
    {
        var error = request switch
        {
            { Descriptor: >= 0 } => TryInherit(request, out bound),
            { Kind: ListenKind.Unix } => TryBindUnix(request, out bound),
            _ => TryBindInternet(request, out bound),
        };
        if (error != Errno.None || bound is null || request.IsDatagram) return error;

        // Listening at once also for lent sockets: only then is a port that somebody else listens on found out here.
        error = ListeningSocket.TryListen(bound.Socket, request.Backlog > 0 ? request.Backlog : DefaultBacklog);
        if (error == Errno.None) return error;
        bound.Socket.Dispose();
        bound = null;
        return error;
    }

    private static Errno TryBindInternet(ListenRequest request, out BoundSocket? bound)
    {
        bound = null;
        var error = TryBindAddress(request, out var socket);
        if (error == Errno.None) bound = new BoundSocket(socket!, ListeningSocket.LocalEndPoint(socket!), SocketFile: null);
        return error;
    }

    private static Errno TryBindAddress(ListenRequest request, out FileDescriptor? socket)
    {
        var port = request.Port ?? 0;
        if (request.Address is not null)
        {
            socket = null;
            return IPAddress.TryParse(request.Address, out var address)
                ? TryBind(address, request.Ipv6Only, out socket)
                : Errno.Invalid;
        }

        // As Node: every address of both families, or of IPv4 alone on a machine without IPv6.
        if (request.Kind != ListenKind.Udp4)
        {
            var error = TryBind(IPAddress.IPv6Any, request.Ipv6Only, out socket);
            if (error is not (Errno.AddressFamilyNotSupported or Errno.AddressNotAvailable)) return error;
        }

        return TryBind(IPAddress.Any, ipv6Only: false, out socket);

        Errno TryBind(IPAddress address, bool ipv6Only, out FileDescriptor? socket) =>
            ListeningSocket.TryBind(new IPEndPoint(address, port), request.IsDatagram, ipv6Only, request.ReuseAddress, out socket, request.ReusePort);
    }

    private static Errno TryBindUnix(ListenRequest request, out BoundSocket? bound)
    {
        bound = null;
        var path = request.Address!;
        FileDescriptor? directory = null;
        try
        {
            var shortPath = path;
            if (Encoding.UTF8.GetByteCount(path) > LongestUnixPath)
            {
                // A socket address has room for 107 bytes. The same file has a short name by way of its directory's descriptor.
                var number = Libc.open(Path.GetDirectoryName(path) ?? "/", PathOnlyCloseOnExec, 0);
                if (number < 0) return ErrnoOfLastCall.Get();
                directory = new FileDescriptor(number);
                shortPath = $"/proc/self/fd/{directory.Value}/{Path.GetFileName(path)}";
                if (Encoding.UTF8.GetByteCount(shortPath) > LongestUnixPath) return Errno.NameTooLong;
            }

            var endPoint = new UnixDomainSocketEndPoint(shortPath);
            var error = ListeningSocket.TryBind(endPoint, datagram: false, ipv6Only: false, reuseAddress: false, out var socket);
            if (error == Errno.AddressInUse && UnixSocketFile.Exists(path) && !ListeningSocket.IsUnixServerAlive(endPoint))
            {
                // Left by a primary that had no time to remove it; nobody answers there.
                _ = Libc.unlink(path);
                error = ListeningSocket.TryBind(endPoint, datagram: false, ipv6Only: false, reuseAddress: false, out socket);
            }

            if (error != Errno.None) return error;
            if (request.ReadableByAll) UnixSocketFile.Permit(path, UnixSocketFile.ReadByAll);
            if (request.WritableByAll) UnixSocketFile.Permit(path, UnixSocketFile.WriteByAll);
            bound = new BoundSocket(socket!, path.Length == shortPath.Length ? endPoint : null, path);
            return Errno.None;
        }
        finally
        {
            directory?.Dispose();
        }
    }

    private static Errno TryInherit(ListenRequest request, out BoundSocket? bound)
    {
        bound = null;
        try
        {
            // Only the duplicate is ours; whoever gave the primary the original may use it further.
            var socket = FileDescriptor.DuplicateOf(request.Descriptor ?? -1);
            socket.SetNonBlocking();
            bound = new BoundSocket(socket, ListeningSocket.LocalEndPoint(socket), SocketFile: null);
            return Errno.None;
        }
        catch (SystemCallException exception)
        {
            return exception.Errno;
        }
    }
}
