namespace Drover.Channels;

/// <summary>
/// Collects bytes as they arrive and gives back whole lines, without searching any byte twice. A span that it hands out is valid
/// until the next call.
/// </summary>
internal sealed class LineBuffer(int maxLineBytes)
{
    internal const int InitialSize = 64 * 1024;

    private byte[] _bytes = new byte[InitialSize];
    private int _start;
    private int _scanned;
    private int _end;

    /// <summary>Bytes of a line that is not complete yet.</summary>
    internal int Pending => _end - _start;

    /// <summary>Where to receive into; never empty.</summary>
    internal Span<byte> FreeSpace()
    {
        if (_start == _end)
        {
            // Nothing is kept: begin again in front, and give back the room that one huge message needed.
            _start = _scanned = _end = 0;
            if (_bytes.Length > 16 * InitialSize) _bytes = new byte[InitialSize];
        }

        if (_bytes.Length - _end < InitialSize / 2)
        {
            var target = Pending > _bytes.Length / 2 ? new byte[_bytes.Length * 2] : _bytes;
            _bytes.AsSpan(_start, Pending).CopyTo(target);
            _bytes = target;
            _end -= _start;
            _scanned -= _start;
            _start = 0;
        }

        return _bytes.AsSpan(_end);
    }

    internal void Received(int count) => _end += count;

    /// <summary>The next whole line without its line feed. Throws when a line is longer than the limit.</summary>
    internal bool TryRead(out ReadOnlySpan<byte> line)
    {
        var found = _bytes.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        if (found < 0)
        {
            _scanned = _end;
            line = default;
            return Pending <= maxLineBytes
                ? false
                : throw new ChannelProtocolException($"a message is longer than {maxLineBytes} bytes");
        }

        line = _bytes.AsSpan(_start, _scanned + found - _start);
        _start = _scanned = _scanned + found + 1;
        return true;
    }
}
