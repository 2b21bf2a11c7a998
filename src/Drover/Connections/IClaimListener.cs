namespace Drover.Connections;

/// <summary>Brings the primary the news of connections. Any thread.</summary>
internal interface IClaimListener
{
    /// <summary>What became of a connection is in the state of the word. Told in batches: a flush follows.</summary>
    void Tell(int slot, long word);
}
