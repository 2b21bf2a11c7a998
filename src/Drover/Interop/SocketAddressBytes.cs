using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drover.Interop;

/// <summary>Reads <c>struct sockaddr</c> without allocating more than the result.</summary>
internal static class SocketAddressBytes
{
    private const int Unix = 1;
    private const int InterNetwork = 2;
    private const int InterNetworkV6 = 10;

    internal static EndPoint? ToEndPoint(ReadOnlySpan<byte> address)
    {
        if (address.Length < 2) return null;
        switch (BinaryPrimitives.ReadUInt16LittleEndian(address))
        {
            case InterNetwork when address.Length >= 8:
                return new IPEndPoint(new IPAddress(address.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            case InterNetworkV6 when address.Length >= 28:
                return new IPEndPoint(
                    new IPAddress(address.Slice(8, 16), BinaryPrimitives.ReadUInt32LittleEndian(address[24..])),
                    BinaryPrimitives.ReadUInt16BigEndian(address[2..]));
            case Unix:
                var path = address[2..];
                var end = path.Length > 0 && path[0] == 0 ? -1 : path.IndexOf((byte)0);
                if (end >= 0) path = path[..end];
                return path.IsEmpty ? null : new UnixDomainSocketEndPoint(Encoding.UTF8.GetString(path));
            default:
                return null;
        }
    }

    /// <summary>The client's address as 4 or 16 bytes (IPv4 also when it came mapped into IPv6), and its port; empty for Unix sockets.</summary>
    internal static ReadOnlySpan<byte> IPAddressOf(ReadOnlySpan<byte> address, out int port)
    {
        port = 0;
        if (address.Length < 8) return default;
        var family = BinaryPrimitives.ReadUInt16LittleEndian(address);
        if (family is not (InterNetwork or InterNetworkV6)) return default;
        port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (family == InterNetwork) return address.Slice(4, 4);
        if (address.Length < 24) return default;
        var ip = address.Slice(8, 16);
        var mapped = ip[..10].IndexOfAnyExcept((byte)0) < 0 && ip[10] == 0xff && ip[11] == 0xff;
        return mapped ? ip[12..] : ip;
    }
}
