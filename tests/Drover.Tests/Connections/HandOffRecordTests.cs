using Drover.Connections;
using Drover.Interop;

namespace Drover.Tests.Connections;

public sealed class HandOffRecordTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var record = new byte[HandOffRecord.MaxSize];
        HandOffRecord.WriteHeader(record, HandOffRecord.Connections, DescriptorMessage.MaxDescriptors);
        for (var i = 0; i < DescriptorMessage.MaxDescriptors; i++) HandOffRecord.WriteConnection(record, i, server: i + 1, slot: i * 1000, word: long.MinValue + i);

        Assert.Equal((HandOffRecord.Connections, DescriptorMessage.MaxDescriptors), HandOffRecord.ReadHeader(record));
        for (var i = 0; i < DescriptorMessage.MaxDescriptors; i++) Assert.Equal((i + 1, i * 1000, long.MinValue + i), HandOffRecord.ReadConnection(record, i));
    }

    [Fact]
    public void News_fit_into_a_record_too()
    {
        var record = new byte[HandOffRecord.HeaderSize + (64 * HandOffRecord.NewsSize)];
        for (var i = 0; i < 64; i++) HandOffRecord.WriteNews(record, i, slot: int.MaxValue - i, word: -i);

        for (var i = 0; i < 64; i++) Assert.Equal((int.MaxValue - i, -i), HandOffRecord.ReadNews(record, i));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_record_that_is_too_short_has_no_kind(int length) => Assert.Equal((0, 0), HandOffRecord.ReadHeader(new byte[length]));
}
