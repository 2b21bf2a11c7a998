using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Drover.Channels;

namespace Drover.Listening;

/// <summary>What a worker asks for when it wants to listen: the fields of Node's <c>queryServer</c>.</summary>
internal sealed record ListenRequest
{
    private const int Ipv6OnlyFlag = 1;
    private const int ReuseAddressFlag = 4;

    /// <summary>Null: any address, IPv6 and IPv4 together where the machine has both.</summary>
    internal string? Address { get; init; }

    internal int? Port { get; init; }

    internal required ListenKind Kind { get; init; }

    /// <summary>Which of the worker's equal requests this is, counted from 0: what makes port 0 the same port for all workers.</summary>
    internal int Index { get; init; }

    internal int? Descriptor { get; init; }

    internal int Flags { get; init; }

    /// <summary>0: the default of 511.</summary>
    internal int Backlog { get; init; }

    internal bool ReadableByAll { get; init; }

    internal bool WritableByAll { get; init; }

    /// <summary>Bound by the process itself, beside others of its kind. Never part of what a primary is asked for.</summary>
    internal bool ReusePort { get; init; }

    internal bool IsDatagram => Kind is ListenKind.Udp4 or ListenKind.Udp6;

    internal bool Ipv6Only => (Flags & Ipv6OnlyFlag) != 0;

    internal bool ReuseAddress => !IsDatagram || (Flags & ReuseAddressFlag) != 0;

    internal static ListenRequest For(EndPoint endPoint, bool datagram, bool ipv6Only, bool reuseAddress, int backlog) => endPoint switch
    {
        IPEndPoint ip => new ListenRequest
        {
            Address = ip.Address.ToString(),
            Port = ip.Port,
            Kind = (ip.AddressFamily, datagram) switch
            {
                (AddressFamily.InterNetwork, false) => ListenKind.Tcp4,
                (AddressFamily.InterNetwork, true) => ListenKind.Udp4,
                (_, false) => ListenKind.Tcp6,
                (_, true) => ListenKind.Udp6,
            },
            Flags = (ipv6Only ? Ipv6OnlyFlag : 0) | (datagram && reuseAddress ? ReuseAddressFlag : 0),
            Backlog = backlog,
        },
        UnixDomainSocketEndPoint unix when !datagram => new ListenRequest
        {
            Address = Path.GetFullPath(unix.ToString()),
            Port = -1,
            Kind = ListenKind.Unix,
            Backlog = backlog,
        },
        _ => throw new NotSupportedException($"A cluster cannot share {endPoint}: give an IP address and port, or the path of a Unix socket."),
    };

    /// <exception cref="ChannelProtocolException">No worker can mean this.</exception>
    internal static ListenRequest From(in NodeMessage message)
    {
        var request = Read(message);
        if (request.Port is < -1 or > IPEndPoint.MaxPort) throw new ChannelProtocolException($"a worker asks for the port {request.Port}");
        return request.Kind != ListenKind.Unix || !string.IsNullOrEmpty(request.Address)
            ? request
            : throw new ChannelProtocolException("a worker asks for a Unix socket without a path");
    }

    private static ListenRequest Read(in NodeMessage message) => new()
    {
        Address = message.Address,
        Port = message.Port,
        Kind = message.AddressType switch
        {
            "4" => ListenKind.Tcp4,
            "6" => ListenKind.Tcp6,
            "-1" => ListenKind.Unix,
            "udp4" => ListenKind.Udp4,
            "udp6" => ListenKind.Udp6,
            null when message.Descriptor is >= 0 => ListenKind.Descriptor,
            _ => throw new ChannelProtocolException($"a worker asks for the unknown address type {message.AddressType ?? "null"}"),
        },
        Index = message.Index,

        // Node's UDP sockets always name a descriptor: -1 is none.
        Descriptor = message.Descriptor is >= 0 ? message.Descriptor : null,
        Flags = message.Flags,
        Backlog = message.Backlog,
        ReadableByAll = message.ReadableByAll,
        WritableByAll = message.WritableByAll,
    };

    /// <summary>
    /// The listen key: equal keys are the same server. The index counts for port 0, and for UDP sockets that share their port on
    /// purpose: for any other fixed port a second request of the same worker is a mistake and not another server.
    /// </summary>
    internal string Key()
    {
        var index = Port == 0 || (IsDatagram && ReuseAddress) ? Index.ToString(CultureInfo.InvariantCulture) : "";

        // Node says "no address" where Kestrel says [::]; both mean every address of both families, so both are one server.
        // Only there the flag makes a difference: any other address belongs to one family anyway.
        var isAny = Address is null or "::";
        var flags = isAny ? Flags : Flags & ~Ipv6OnlyFlag;
        var anywhere = isAny && !Ipv6Only && Kind is (ListenKind.Tcp4 or ListenKind.Tcp6);
        var (address, kind) = anywhere ? ("*", ListenKind.Tcp6) : (Address ?? "null", Kind);
        return string.Create(CultureInfo.InvariantCulture, $"{address}:{Port}:{kind}:{Descriptor}:{flags}:{index}");
    }
}
