namespace Drover.Channels;

/// <summary>Who a channel speaks to. All calls come on the loop's thread.</summary>
internal interface IChannelOwner
{
    /// <summary>One whole line. Throw <see cref="ChannelProtocolException"/> to end the channel.</summary>
    void OnLine(ReadOnlySpan<byte> line);

    /// <summary>A batch of lines has been delivered; nothing more is there for now.</summary>
    void OnBatchEnd();

    /// <summary>The channel has ended and all its lines were delivered. <paramref name="reason"/> is null for a plain end.</summary>
    void OnClosed(Exception? reason);
}
