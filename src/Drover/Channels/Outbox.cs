using Drover.Interop;

namespace Drover.Channels;

/// <summary>
/// What waits to be written to a channel: lines gathered into large blocks, and lines that carry a descriptor on their own,
/// because a message may carry only one and it must arrive with its own line. Not thread-safe.
/// </summary>
internal sealed class Outbox : IDisposable
{
    private const int BlockSize = 32 * 1024;
    private const int NoDescriptor = -1;

    private readonly Queue<Block> _blocks = new();
    private Block? _last;
    private Block? _spare;

    internal bool IsEmpty => _blocks.Count == 0;

    /// <summary>Bytes that the peer has not been given yet.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Adds a line. The descriptor, if any, belongs to the outbox from now on and is closed once it is sent.</summary>
    internal void Add(ReadOnlySpan<byte> line, FileDescriptor? descriptor) => Add(line, descriptor?.Value ?? NoDescriptor, descriptor);

    /// <summary>Adds a line with a descriptor that stays the caller's, who keeps it open until the peer has answered or the channel ended.</summary>
    internal void AddBorrowed(ReadOnlySpan<byte> line, int descriptor) => Add(line, descriptor, owned: null);

    private void Add(ReadOnlySpan<byte> line, int descriptor, FileDescriptor? owned)
    {
        var size = line.Length + 1;
        Bytes += size;
        if (descriptor >= 0 || _last is null || _last.Descriptor >= 0 || _last.Bytes.Length - _last.End < size)
        {
            _last = TakeBlock(size);
            _last.Descriptor = descriptor;
            _last.Owned = owned;
            _blocks.Enqueue(_last);
        }

        line.CopyTo(_last.Bytes.AsSpan(_last.End));
        _last.End += size;
        _last.Bytes[_last.End - 1] = (byte)'\n';
    }

    /// <summary>
    /// Writes as much as the peer takes now: <see cref="Errno.None"/> when everything is out, <see cref="Errno.WouldBlock"/> when the
    /// rest must wait, else the reason why the channel is broken.
    /// </summary>
    internal Errno WriteTo(int socket)
    {
        Span<int> descriptors = stackalloc int[1];
        while (_blocks.TryPeek(out var block))
        {
            var count = 0;
            if (block.Descriptor >= 0) descriptors[count++] = block.Descriptor;
            var sent = DescriptorMessage.Send(socket, block.Bytes.AsSpan(block.Start, block.End - block.Start), descriptors[..count], out var error);
            if (sent < 0) return error;

            if (count > 0)
            {
                block.Owned?.Dispose();
                block.Owned = null;
                block.Descriptor = NoDescriptor;
            }

            block.Start += sent;
            Bytes -= sent;
            if (block.Start < block.End) continue;
            _blocks.Dequeue();
            Keep(block);
        }

        return Errno.None;
    }

    public void Dispose()
    {
        foreach (var block in _blocks) block.Owned?.Dispose();
        _blocks.Clear();
        _last = null;
        Bytes = 0;
    }

    private Block TakeBlock(int size)
    {
        if (_spare is { } spare && spare.Bytes.Length >= size)
        {
            _spare = null;
            return spare;
        }

        return new Block(new byte[Math.Max(size, BlockSize)]);
    }

    private void Keep(Block block)
    {
        if (ReferenceEquals(block, _last)) _last = null;
        block.Start = block.End = 0;
        if (block.Bytes.Length == BlockSize) _spare = block;
    }

    private sealed class Block(byte[] bytes)
    {
        internal byte[] Bytes { get; } = bytes;

        internal int Start { get; set; }

        internal int End { get; set; }

        internal int Descriptor { get; set; } = NoDescriptor;

        internal FileDescriptor? Owned { get; set; }
    }
}
