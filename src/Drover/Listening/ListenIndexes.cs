namespace Drover.Listening;

/// <summary>
/// Counts the equal requests of one worker: the n-th request for port 0 is the same server in every worker. While none of a kind is
/// open the count begins again, as in Node.
/// </summary>
internal sealed class ListenIndexes
{
    private readonly Dictionary<(string?, int?, ListenKind, int?), (int Next, HashSet<int> Open)> _indexes = [];

    internal int Take(ListenRequest request)
    {
        var tuple = TupleOf(request);
        var (next, open) = _indexes.TryGetValue(tuple, out var entry) ? entry : (0, []);
        open.Add(next);
        _indexes[tuple] = (next + 1, open);
        return next;
    }

    internal void Return(ListenRequest request)
    {
        var tuple = TupleOf(request);
        if (_indexes.TryGetValue(tuple, out var entry) && entry.Open.Remove(request.Index) && entry.Open.Count == 0) _indexes.Remove(tuple);
    }

    private static (string?, int?, ListenKind, int?) TupleOf(ListenRequest request) => (request.Address, request.Port, request.Kind, request.Descriptor);
}
