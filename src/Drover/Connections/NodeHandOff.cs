using Drover.Channels;
using Drover.Interop;
using Drover.Listening;

namespace Drover.Connections;

/// <summary>
/// Hands connections to a Node worker, or to a C# worker that only speaks Node's protocol: one <c>newconn</c> line with one descriptor
/// each, answered by <c>accepted</c>. Until that answer nothing has been read from the connection.
/// </summary>
internal sealed class NodeHandOff(IpcChannel channel, Func<int> nextSequence, Action hasRoomAgain) : IHandOff
{
    // Node's own primary waits for each answer. A few under way at once double the rate and still hold little back when
    // the worker's event loop is blocked.
    private const int Window = 4;

    private readonly Dictionary<int, (int Descriptor, DispatchedServer Server)> _pending = [];

    public int Pending => _pending.Count;

    public bool HasRoom => channel.IsOpen && _pending.Count < Window;

    public (int OpenConnections, int RequestsInFlight) Load => (0, 0);

    public bool CanKeep => false;

    public int Kept => 0;

    public void AskBack(int count)
    {
        // What a Node worker has accepted is its own.
    }

    public void Send(DispatchedServer server, int connection)
    {
        var sequence = nextSequence();
        var prefix = server.NewConnectionPrefix;
        Span<byte> line = stackalloc byte[prefix.Length + 16];
        var length = NodeLines.NewConnection(prefix, sequence, line);
        _pending.Add(sequence, (connection, server));
        channel.SendBorrowed(line[..length], connection, sequence);
    }

    public void Flush()
    {
    }

    public void RevokeStalled(TimeSpan olderThan)
    {
        // What Node's kernel queue holds cannot be taken back from it: without a common table nobody knows who reads first.
    }

    /// <summary>The worker's answer. False when it is about something else.</summary>
    internal bool Answered(int sequence, bool accepted)
    {
        if (!_pending.Remove(sequence, out var connection)) return false;
        if (accepted)
        {
            FileDescriptor.Close(connection.Descriptor);
        }
        else
        {
            connection.Server.Refused(this);
            connection.Server.TakeBack(connection.Descriptor);
        }

        hasRoomAgain();
        return true;
    }

    public void Rescue()
    {
        foreach (var (descriptor, server) in _pending.Values.ToArray()) server.TakeBack(descriptor);
        _pending.Clear();
    }
}
