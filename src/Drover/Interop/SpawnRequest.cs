namespace Drover.Interop;

/// <summary>What <see cref="PosixSpawn"/> is to start. The descriptors stay the caller's; the child gets copies.</summary>
internal sealed class SpawnRequest
{
    /// <summary>An absolute path.</summary>
    internal required string Program { get; init; }

    /// <summary>Including the program's own name as the first.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    internal required IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; }

    internal string? WorkingDirectory { get; init; }

    /// <summary>The child's descriptors by number: (ours, the child's).</summary>
    internal required IReadOnlyList<(FileDescriptor Ours, int Theirs)> Descriptors { get; init; }
}
