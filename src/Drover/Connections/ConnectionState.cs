namespace Drover.Connections;

/// <summary>The state in a word of the connection table.</summary>
internal enum ConnectionState : byte
{
    /// <summary>The word stands for no connection.</summary>
    Free = 0,

    /// <summary>Handed off, not yet read: the primary may give it to another worker.</summary>
    Assigned = 1,

    /// <summary>The worker's program has it, and may have read from it.</summary>
    Taken = 2,
}
