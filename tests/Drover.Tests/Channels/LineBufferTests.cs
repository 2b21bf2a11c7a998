using System.Text;
using Drover.Channels;

namespace Drover.Tests.Channels;

public sealed class LineBufferTests
{
    private static readonly byte[] Transcript = Encoding.UTF8.GetBytes(
        "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"online\",\"seq\":0}\n"
        + "{\"text\":\"Grüße, 世界 🙂\"}\n"
        + "\n"
        + "{\"cmd\":\"NODE_HANDLE_ACK\"}\n");

    private static readonly string[] Lines = Encoding.UTF8.GetString(Transcript).TrimEnd('\n').Split('\n');

    [Fact]
    public void Lines_come_out_whole_wherever_the_bytes_are_cut_once()
    {
        for (var cut = 0; cut <= Transcript.Length; cut++) Assert.Equal(Lines, Feed([Transcript[..cut], Transcript[cut..]]));
    }

    [Fact]
    public void Lines_come_out_whole_wherever_the_bytes_are_cut_twice()
    {
        for (var first = 0; first <= Transcript.Length; first++)
        {
            for (var second = first; second <= Transcript.Length; second++)
                Assert.Equal(Lines, Feed([Transcript[..first], Transcript[first..second], Transcript[second..]]));
        }
    }

    [Fact]
    public void Lines_come_out_whole_when_each_byte_comes_alone() => Assert.Equal(Lines, Feed([.. Transcript.Select(b => new[] { b })]));

    [Theory]
    [InlineData(LineBuffer.InitialSize - 1)]
    [InlineData(LineBuffer.InitialSize)]
    [InlineData((5 * LineBuffer.InitialSize) + 3)]
    public void A_line_longer_than_the_buffer_makes_it_grow(int length)
    {
        var line = new string('x', length);

        Assert.Equal([line, "next"], Feed([Encoding.ASCII.GetBytes(line + "\nnext\n")]));
    }

    [Fact]
    public void A_line_above_the_limit_is_refused_before_it_ends()
    {
        var buffer = new LineBuffer(maxLineBytes: 100);
        Write(buffer, Encoding.ASCII.GetBytes(new string('x', 101)));

        Assert.Throws<ChannelProtocolException>(() => buffer.TryRead(out _));
    }

    private static List<string> Feed(byte[][] parts)
    {
        var buffer = new LineBuffer(maxLineBytes: int.MaxValue);
        var lines = new List<string>();
        foreach (var part in parts)
        {
            var rest = part.AsSpan();
            while (!rest.IsEmpty)
            {
                var space = buffer.FreeSpace();
                var count = Math.Min(space.Length, rest.Length);
                rest[..count].CopyTo(space);
                buffer.Received(count);
                rest = rest[count..];
                while (buffer.TryRead(out var line)) lines.Add(Encoding.UTF8.GetString(line));
            }
        }

        return lines;
    }

    private static void Write(LineBuffer buffer, byte[] bytes)
    {
        bytes.CopyTo(buffer.FreeSpace());
        buffer.Received(bytes.Length);
    }
}
