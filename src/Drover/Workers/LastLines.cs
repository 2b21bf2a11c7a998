using System.Text;

namespace Drover.Workers;

/// <summary>The last lines of a text that comes in pieces. Any thread.</summary>
internal sealed class LastLines(int count)
{
    /// <summary>A line that is longer is cut: somebody may write megabytes without a line's end.</summary>
    internal const int MaxLineBytes = 4096;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lines = new(count);
    private readonly byte[] _open = new byte[MaxLineBytes];
    private int _openBytes;

    internal void Add(ReadOnlySpan<byte> text)
    {
        lock (_lock)
        {
            while (text.IndexOf((byte)'\n') is var end and >= 0)
            {
                Append(text[..end]);
                Close();
                text = text[(end + 1)..];
            }

            Append(text);
        }
    }

    /// <summary>Oldest first; the last one may not have been finished.</summary>
    internal IReadOnlyList<string> ToList()
    {
        lock (_lock)
        {
            string[] all = _openBytes == 0 ? [.. _lines] : [.. _lines, OpenLine()];
            return all.Length > count ? all[^count..] : all;
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        var fitting = part[..Math.Min(part.Length, MaxLineBytes - _openBytes)];
        fitting.CopyTo(_open.AsSpan(_openBytes));
        _openBytes += fitting.Length;
    }

    private void Close()
    {
        if (_lines.Count == count) _lines.Dequeue();
        _lines.Enqueue(OpenLine());
        _openBytes = 0;
    }

    private string OpenLine() => Encoding.UTF8.GetString(_open.AsSpan(0, _openBytes)).TrimEnd('\r');
}
