using System.Net;

namespace Drover.FunctionalTests.Survival;

/// <summary>A body of which the first half is sent at once and the rest when it is told to.</summary>
internal sealed class HeldContent(int length, Task goOn) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        var block = new byte[65536];
        for (var sent = 0; sent < length; sent += block.Length)
        {
            if (sent >= length / 2) await goOn;
            await stream.WriteAsync(block.AsMemory(0, Math.Min(block.Length, length - sent)));
            await stream.FlushAsync();
        }
    }

    protected override bool TryComputeLength(out long size)
    {
        size = length;
        return true;
    }
}
