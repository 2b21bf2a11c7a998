namespace Drover.AspNetCore.Transport;

/// <summary>Tells the beginning of an HTTP/1 request from TLS, HTTP/2 and other protocols by its method (RFC 9110, section 9).</summary>
internal static class RequestStart
{
    private static ReadOnlySpan<byte> Methods => "GET HEADPOSTPUT DELEOPTIPATC"u8;

    private const int Compared = 4;

    internal static bool IsOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Compared) return false;
        for (var i = 0; i < Methods.Length; i += Compared)
        {
            if (bytes[..Compared].SequenceEqual(Methods.Slice(i, Compared))) return true;
        }

        return false;
    }
}
