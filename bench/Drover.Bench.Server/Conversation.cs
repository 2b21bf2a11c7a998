namespace Drover.Bench.Server;

/// <summary>What the primary has sent and received; messages must come back complete and in order, or the rate means nothing.</summary>
sealed class Conversation
{
    int _sent = -1;
    int _received;

    public int Received => Volatile.Read(ref _received);

    public string? Disorder { get; private set; }

    public void Count(Note note)
    {
        var due = Interlocked.Increment(ref _received) - 1;
        if (note.Id != due)
            Disorder ??= $"message {note.Id} arrived where {due} was due";
    }

    public ValueTask AnswerAsync(Worker worker, Note note)
    {
        Count(note);
        return AskAsync(worker);
    }

    public ValueTask AskAsync(Worker worker) => worker.SendAsync(Note.Numbered(Interlocked.Increment(ref _sent)));
}
