using System.Runtime.InteropServices;
using Drover.Interop;

namespace Drover.Listening;

/// <summary>Why an address cannot be listened on, and what to do about it.</summary>
internal static class ListenFailure
{
    internal static string Explain(Errno error) => error switch
    {
        Errno.AddressInUse => "the address is in use, by another program or by this one a second time; 'ss -ltnp' shows by which",
        Errno.AccessDenied or Errno.NotPermitted => "not permitted; ports below 1024 need root or CAP_NET_BIND_SERVICE, a Unix socket a directory that may be written to",
        Errno.AddressNotAvailable => "this machine does not have the address; 'ip address' shows those that it has",
        _ => Marshal.GetPInvokeErrorMessage((int)error),
    };
}
