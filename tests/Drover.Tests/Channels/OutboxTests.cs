using System.Text;
using Drover.Channels;
using Drover.Interop;

namespace Drover.Tests.Channels;

public sealed class OutboxTests
{
    [Fact]
    public void Lines_and_descriptors_arrive_in_order_each_descriptor_with_its_own_line()
    {
        var (ours, theirs) = SocketPair.CreateStream();
        using var _ = ours;
        using var __ = theirs;
        using var outbox = new Outbox();
        outbox.Add("one"u8, null);
        outbox.Add("two"u8, Pipe.OpenNull());
        outbox.Add("three"u8, Pipe.OpenNull());
        outbox.Add("four"u8, null);

        Assert.Equal(Errno.None, outbox.WriteTo(ours.Value));

        var (text, descriptors) = ReadAll(theirs);
        Assert.Equal("one\ntwo\nthree\nfour\n", text);

        // A read may begin before the line that a descriptor belongs to, but never after it, and never spans two of them.
        Assert.Equal([1, 1], descriptors.Select(d => d.Count));
        Assert.InRange(descriptors[0].At, 0, 4);
        Assert.Equal(8, descriptors[1].At);
        Assert.Equal(0, outbox.Bytes);
    }

    [Fact]
    public void What_does_not_fit_waits_and_a_descriptor_is_sent_once()
    {
        var (ours, theirs) = SocketPair.CreateStream();
        using var _ = ours;
        using var __ = theirs;
        using var outbox = new Outbox();
        var large = Encoding.ASCII.GetBytes(new string('x', 3_000_000));
        outbox.Add(large, Pipe.OpenNull());
        outbox.Add("end"u8, null);
        var received = new StringBuilder();
        var count = 0;

        Assert.Equal(Errno.WouldBlock, outbox.WriteTo(ours.Value));
        while (!outbox.IsEmpty)
        {
            var (text, descriptors) = ReadAll(theirs);
            received.Append(text);
            count += descriptors.Sum(d => d.Count);
            Assert.True(outbox.WriteTo(ours.Value) is Errno.None or Errno.WouldBlock);
        }

        received.Append(ReadAll(theirs).Text);
        Assert.Equal(large.Length + 1 + 4, received.Length);
        Assert.EndsWith("x\nend\n", received.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, count);
    }

    // The descriptors by the place in the stream where the read that brought them began.
    private static (string Text, List<(int At, int Count)> Descriptors) ReadAll(FileDescriptor socket)
    {
        var text = new StringBuilder();
        var descriptors = new List<(int, int)>();
        var buffer = new byte[65536];
        Span<int> numbers = stackalloc int[8];
        while (DescriptorMessage.Receive(socket.Value, buffer, numbers, out var arrived, out _) is var length and > 0)
        {
            if (arrived > 0) descriptors.Add((text.Length, arrived));
            foreach (var number in numbers[..arrived]) FileDescriptor.Close(number);
            text.Append(Encoding.UTF8.GetString(buffer, 0, length));
        }

        return (text.ToString(), descriptors);
    }
}
