using System.Net;

namespace Drover;

/// <summary>A connection that the primary has accepted and is about to give to a worker.</summary>
/// <remarks>
/// It borrows the address bytes from the accept loop's buffer: most policies never look at them, and making an
/// <see cref="IPAddress"/> for every connection would be the only allocation on that path.
/// </remarks>
public readonly ref struct IncomingConnection
{
    private const int IPv4Length = 4;
    private const int IPv6Length = 16;

    /// <summary>Describes a connection.</summary>
    /// <param name="remoteAddress">4 or 16 bytes in network order, or none. An IPv4-mapped IPv6 address is taken as IPv4.</param>
    /// <param name="remotePort">The client's port; 0 where there is none.</param>
    /// <exception cref="ArgumentException">The address has another length.</exception>
    public IncomingConnection(ReadOnlySpan<byte> remoteAddress, int remotePort)
    {
        if (remoteAddress.Length is not (0 or IPv4Length or IPv6Length))
            throw new ArgumentException($"An IP address has 4 or 16 bytes, not {remoteAddress.Length}.", nameof(remoteAddress));

        // The same client must look the same whether it came through a dual-stack socket or an IPv4 one.
        RemoteAddress = IsIPv4Mapped(remoteAddress) ? remoteAddress[^IPv4Length..] : remoteAddress;
        RemotePort = remotePort;
    }

    /// <summary>The client's address in network order: 4 bytes (IPv4), 16 bytes (IPv6), or none (Unix sockets).</summary>
    public ReadOnlySpan<byte> RemoteAddress { get; }

    /// <summary>The client's port; 0 where there is none.</summary>
    public int RemotePort { get; }

    /// <summary>The client's address as an object, or null when there is none. Allocates on every call.</summary>
    public IPAddress? ToIPAddress() => RemoteAddress.IsEmpty ? null : new IPAddress(RemoteAddress);

    private static bool IsIPv4Mapped(ReadOnlySpan<byte> address) =>
        address.Length == IPv6Length && address.StartsWith((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
}
