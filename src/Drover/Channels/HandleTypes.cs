namespace Drover.Channels;

/// <summary>What Node calls the kinds of descriptor that a NODE_HANDLE line brings.</summary>
internal static class HandleTypes
{
    internal const string NativeStream = "net.Native";
    internal const string NativeDatagram = "dgram.Native";
    internal const string Socket = "net.Socket";
}
