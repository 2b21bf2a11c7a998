using Drover.Workers;

namespace Drover.Listening;

/// <summary>
/// The socket itself is lent to the workers and the operating system decides who gets what: the shared policy, and UDP always.
/// </summary>
internal sealed class LentServer(string key, BoundSocket bound, bool datagram) : SharedServer(key, bound)
{
    internal bool IsDatagram { get; } = datagram;

    internal override void Join(ForkedWorker worker)
    {
    }

    internal override void Leave(ForkedWorker worker)
    {
    }
}
