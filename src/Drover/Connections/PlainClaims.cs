using Drover.Interop;

namespace Drover.Connections;

/// <summary>Connections that nobody else has a claim on: this process has accepted them itself, or Node's primary has sent them.</summary>
internal sealed class PlainClaims : IConnectionClaims
{
    public bool CanGiveBack => false;

    public bool TryTake(AssignedConnection connection, bool mayKeep, out ConnectionClaim? claim)
    {
        claim = null;
        return true;
    }

    public void Refuse(AssignedConnection connection) => FileDescriptor.Close(connection.Descriptor);

    public void Flush()
    {
    }

    public void Ended()
    {
    }
}
