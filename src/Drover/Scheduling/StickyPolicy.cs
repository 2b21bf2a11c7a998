using System.Buffers.Binary;

namespace Drover;

/// <summary>
/// Gives all connections of one client address to the same worker. When a worker goes, only its clients move; when one comes,
/// it takes its share evenly from the others. Connections without an address (Unix sockets) go round-robin.
/// </summary>
/// <remarks>
/// A client whose worker has no room at the moment goes to the next one in its own order of preference. Behind a reverse proxy
/// all connections have the proxy's address, and so all would go to one worker.
/// </remarks>
public sealed class StickyPolicy : SchedulingPolicy
{
    private readonly RoundRobinPolicy _withoutAddress = new();

    /// <inheritdoc/>
    public override string Name => SchedulingPolicies.Sticky;

    /// <summary>False: a client stays with its worker.</summary>
    public override bool SpreadsConnections => false;

    /// <inheritdoc/>
    public override int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers)
    {
        if (connection.RemoteAddress.IsEmpty)
            return _withoutAddress.Pick(connection, workers);

        // Rendezvous hashing: every worker gets a score for this client, the highest wins. The scores of the others do not
        // change when a worker comes or goes, which is what keeps their clients where they are.
        var client = Hash(connection.RemoteAddress);
        var (best, bestScore) = (0, 0UL);
        for (var i = 0; i < workers.Length; i++)
        {
            var score = Mix(client ^ Mix((uint)workers[i].WorkerId));
            if (score > bestScore)
                (best, bestScore) = (i, score);
        }

        return best;
    }

    // Not seeded per process: after the primary has been replaced, clients must still find their workers.
    private static ulong Hash(ReadOnlySpan<byte> address) =>
        address.Length == sizeof(uint)
            ? Mix(BinaryPrimitives.ReadUInt32BigEndian(address))
            : Mix(Mix(BinaryPrimitives.ReadUInt64BigEndian(address)) ^ BinaryPrimitives.ReadUInt64BigEndian(address[sizeof(ulong)..]));

    // One step of SplitMix64 (Steele, Lea, Flood 2014): each bit of the input changes each bit of the output half of the time.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
