namespace Drover.Channels;

/// <summary>The other side of a channel wrote something that the protocol does not know; the channel cannot go on.</summary>
internal sealed class ChannelProtocolException(string what) : IOException(what);
