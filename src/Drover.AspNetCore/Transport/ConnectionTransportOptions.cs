using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Drover.AspNetCore.Transport;

/// <summary>How a <see cref="ConnectionTransport"/> runs. The defaults are Kestrel's, apart from the number of loops.</summary>
internal sealed record ConnectionTransportOptions
{
    /// <summary>Threads that wait for and read from connections. A worker shares the machine with others, so one is enough.</summary>
    internal int LoopCount { get; init; } = 1;

    /// <summary>What is read ahead of an application that does not read: reading pauses there. 0 for no limit.</summary>
    internal long MaxReadBufferBytes { get; init; } = 1024 * 1024;

    /// <summary>What is kept for a client that does not read: the application's flushes wait from there on. 0 for no limit.</summary>
    internal long MaxWriteBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Whether an abort ends the stream politely instead of resetting it, as Kestrel's switch FinOnError asks for.</summary>
    internal bool EndStreamOnAbort { get; init; } =
        AppContext.TryGetSwitch("Microsoft.AspNetCore.Server.Kestrel.FinOnError", out var enabled) && enabled;

    /// <summary>The limits that the application has set for Kestrel, which has null for no limit.</summary>
    internal static ConnectionTransportOptions From(KestrelServerLimits limits) => new()
    {
        MaxReadBufferBytes = limits.MaxRequestBufferSize ?? 0,
        MaxWriteBufferBytes = limits.MaxResponseBufferSize switch
        {
            // Kestrel's 0 waits for every byte; a pipe's 0 waits for none.
            0 => 1,
            { } bytes => bytes,
            null => 0,
        },
    };
}
