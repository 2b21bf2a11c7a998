using Drover.Interop;
using Microsoft.AspNetCore.Connections;

namespace Drover.AspNetCore.Transport;

internal static class ConnectionLoss
{
    /// <summary>
    /// Whatever a system call says of an established connection - reset, timed out, unreachable -, the client is gone. Kestrel treats
    /// this exception as an everyday event and any other as a fault of the transport.
    /// </summary>
    internal static ConnectionResetException Of(string call, Errno error)
    {
        var cause = new SystemCallException(call, error);
        return new ConnectionResetException(cause.Message, cause);
    }
}
