namespace Drover.Bench.Processes;

/// <summary>The last lines of a stream that may be long.</summary>
sealed class Tail
{
    const int Kept = 12;

    readonly Lock _lock = new();
    readonly Queue<string> _lines = new();

    public void Add(string line)
    {
        lock (_lock)
        {
            if (_lines.Count == Kept)
                _lines.Dequeue();
            _lines.Enqueue(line);
        }
    }

    public override string ToString()
    {
        lock (_lock)
            return string.Join(Environment.NewLine, _lines);
    }
}
