using Drover.Interop;
using Drover.Listening;
using Drover.Loop;

namespace Drover.Connections;

/// <summary>
/// The primary's own descriptors of the connections that C# workers have, by their place in the connection table: with them the
/// connections outlive the workers. The one owner of these descriptors. Loop thread only.
/// </summary>
internal sealed class HeldConnections(ConnectionTable table, EventLoop loop, TimeProvider time) : IDisposable
{
    private readonly Stack<int> _free = new();
    private Held[] _slots = new Held[256];
    private int _used;

    internal ConnectionTable Table => table;

    /// <summary>Where connections go whose worker died over their request.</summary>
    internal UnansweredRequests Unanswered { get; } = new(loop, time);

    internal bool IsEmpty => _used == _free.Count;

    internal bool HasRoom => _free.Count > 0 || _used < ConnectionTable.MaxConnections;

    internal ref Held this[int slot] => ref _slots[slot];

    internal int Add(int descriptor, DispatchedServer server, int worker)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _used++;
            if (slot == _slots.Length) Array.Resize(ref _slots, slot * 2);
        }

        _slots[slot] = new Held { Descriptor = descriptor, Server = server, Word = table.Assign(slot, worker) };
        return slot;
    }

    /// <summary>The caller owns the descriptor from now on.</summary>
    internal (int Descriptor, DispatchedServer Server) Remove(int slot)
    {
        var held = _slots[slot];
        table.Free(slot, held.Word);
        _slots[slot] = default;
        _free.Push(slot);
        return (held.Descriptor, held.Server);
    }

    public void Dispose()
    {
        foreach (var held in _slots)
        {
            if (held.Server is not null) FileDescriptor.Close(held.Descriptor);
        }

        _slots = [];
        Unanswered.Dispose();
        table.Dispose();
    }

    internal struct Held
    {
        internal int Descriptor;
        internal DispatchedServer Server;
        internal long Word;
    }
}
