using System.Net.Sockets;

namespace Drover.Interop;

/// <summary>Turns an error number of Linux into the exception that a socket of .NET would have thrown.</summary>
internal static class SocketErrors
{
    internal static SocketException Exception(Errno errno) => new((int)Code(errno));

    private static SocketError Code(Errno errno) => errno switch
    {
        Errno.AddressInUse => SocketError.AddressAlreadyInUse,
        Errno.AccessDenied or Errno.NotPermitted => SocketError.AccessDenied,
        Errno.AddressNotAvailable => SocketError.AddressNotAvailable,
        Errno.AddressFamilyNotSupported => SocketError.AddressFamilyNotSupported,
        Errno.Invalid or Errno.NameTooLong => SocketError.InvalidArgument,
        Errno.TooManyFiles or Errno.TooManyFilesInSystem => SocketError.TooManyOpenSockets,
        Errno.NotFound => SocketError.AddressNotAvailable,
        Errno.BadDescriptor or Errno.NotSocket => SocketError.NotSocket,
        Errno.NoBufferSpace or Errno.NoMemory => SocketError.NoBufferSpaceAvailable,
        _ => SocketError.SocketError,
    };
}
