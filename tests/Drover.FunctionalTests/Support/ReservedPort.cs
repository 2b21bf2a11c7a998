using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Support;

/// <summary>
/// A free port that stays the test's. It is bound and not listened on, so the system gives it to nobody who asks for any port, while
/// a server that asks for this one gets it (both sides set SO_REUSEADDR).
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };

    internal ReservedPort()
    {
        _socket.SetRawSocketOption(optionLevel: 1, optionName: 2, BitConverter.GetBytes(1));
        _socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
    }

    internal int Number => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public void Dispose() => _socket.Dispose();
}
