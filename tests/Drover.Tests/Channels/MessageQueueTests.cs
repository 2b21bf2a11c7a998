using Drover.Channels;
using Drover.Interop;

namespace Drover.Tests.Channels;

public sealed class MessageQueueTests
{
    [Fact]
    public void Lines_of_every_length_come_out_as_they_went_in()
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 300).Select(_ => Bytes(random)).ToArray();
        var queue = new MessageQueue();
        foreach (var line in lines) queue.Add(line, socket: null);

        Assert.Equal(lines.Length, queue.Count);
        Assert.Equal(lines.Sum(l => l.Length), queue.Bytes);
        for (var i = 0; i < lines.Length; i++) Assert.Equal(lines[i], queue[i].Line.ToArray());
    }

    [Fact]
    public void A_socket_stays_with_its_line()
    {
        var queue = new MessageQueue();
        using var socket = new ReceivedSocket(Pipe.OpenNull());
        queue.Add("a"u8, socket: null);
        queue.Add("b"u8, socket);

        Assert.Null(queue[0].Socket);
        Assert.Same(socket, queue[1].Socket);
    }

    [Fact]
    public void It_is_empty_after_it_was_cleared_and_can_be_used_again()
    {
        var queue = new MessageQueue();
        queue.Add(new byte[2_000_000], socket: null);
        queue.Clear();
        queue.Add("x"u8, socket: null);

        Assert.Equal((1, 1), (queue.Count, queue.Bytes));
        Assert.Equal("x"u8.ToArray(), queue[0].Line.ToArray());
    }

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(5000)];
        random.NextBytes(bytes);
        return bytes;
    }

}
