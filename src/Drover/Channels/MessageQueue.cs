namespace Drover.Channels;

/// <summary>
/// Lines on their way from the loop to the handlers: bytes in one block and borders in a list, so that a message costs no object.
/// Two of them take turns. Not thread-safe.
/// </summary>
internal sealed class MessageQueue
{
    private const int KeptBytes = 1024 * 1024;

    private readonly List<Entry> _entries = [];
    private byte[] _bytes = new byte[4096];

    internal int Count => _entries.Count;

    internal int Bytes { get; private set; }

    internal void Add(ReadOnlySpan<byte> line, ReceivedSocket? socket)
    {
        if (_bytes.Length - Bytes < line.Length)
            Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(_bytes.Length * 2L, (long)Bytes + line.Length)));
        line.CopyTo(_bytes.AsSpan(Bytes));
        _entries.Add(new Entry(Bytes, line.Length, socket));
        Bytes += line.Length;
    }

    internal (ReadOnlyMemory<byte> Line, ReceivedSocket? Socket) this[int index]
    {
        get
        {
            var entry = _entries[index];
            return (_bytes.AsMemory(entry.Start, entry.Length), entry.Socket);
        }
    }

    internal void Clear()
    {
        _entries.Clear();
        Bytes = 0;
        if (_bytes.Length > KeptBytes) _bytes = new byte[4096];
    }

    private readonly record struct Entry(int Start, int Length, ReceivedSocket? Socket);
}
