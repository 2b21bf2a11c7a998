using Drover.Channels;
using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.FunctionalTests.Faults;

public sealed class StrayDescriptorTests
{
    [Fact]
    public async Task Descriptors_that_come_with_no_line_of_their_own_are_closed()
    {
        await using var loop = new EventLoop("test", NullLogger.Instance);
        var (ours, theirs) = SocketPair.CreateStream();
        var owner = new Owner();
        var channel = new IpcChannel(loop, ours, owner);
        await loop.RunAsync(channel.Start);
        var (read, write) = Pipe.Create();

        // A pipe tells when the last descriptor of its other end is closed.
        for (var i = 0; i < 100; i++)
        {
            while (DescriptorMessage.Send(theirs.Value, "\"plain\"\n"u8, [write.Value], out var error) < 0) Assert.Equal(Errno.WouldBlock, error);
        }

        write.Dispose();
        using var rest = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(read.Release(), ownsHandle: true), FileAccess.Read, bufferSize: 0);
        Assert.Equal(0, await rest.ReadAsync(new byte[1]).AsTask().WaitAsync(TestCluster.Deadline));
        Assert.Equal(100, owner.Lines);

        await loop.RunAsync(channel.Dispose);
        theirs.Dispose();
    }

    private sealed class Owner : IChannelOwner
    {
        internal int Lines { get; private set; }

        public void OnLine(ReadOnlySpan<byte> line) => Lines++;

        public void OnBatchEnd()
        {
        }

        public void OnClosed(Exception? reason)
        {
        }
    }
}
