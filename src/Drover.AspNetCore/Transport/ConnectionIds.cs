using System.Security.Cryptography;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Ids as Kestrel writes them: 13 digits of base 32. The upper half is drawn once per process, so that the workers of a cluster do not
/// give the same id to two connections, as counters that start at the time of day would.
/// </summary>
internal static class ConnectionIds
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
    private const int Length = 13;

    private static long _last = (long)RandomNumberGenerator.GetInt32(int.MaxValue) << 32;

    internal static string Next() => string.Create(Length, Interlocked.Increment(ref _last), static (id, value) =>
    {
        for (var i = id.Length - 1; i >= 0; i--)
        {
            id[i] = Digits[(int)(value & 31)];
            value >>= 5;
        }
    });
}
