using Drover.Interop;

namespace Drover.Connections;

/// <summary>
/// Who may touch a connection, decided in one place: memory that the primary creates and every C# worker maps, one word for each
/// connection that the primary has handed to one, changed only by compare-and-swap. Behind it one record for each worker, which the worker writes and
/// the policies read with plain loads.
/// </summary>
/// <remarks>
/// A word is <c>generation (32 bits) | owner (24) | state (8)</c>. The generation changes each time a word is used again, so a claim
/// that comes too late, after the connection was given to somebody else, fails.
/// </remarks>
internal sealed class ConnectionTable : IDisposable
{
    internal const int MaxConnections = 262_144;
    internal const int MaxWorkers = 1024;

    // A cache line each: workers do not slow one another down. Memory that is never touched costs nothing.
    private const int RecordSize = 64;
    private const int WordsOffset = MaxWorkers * RecordSize;
    private const long Size = WordsOffset + ((long)MaxConnections * RecordSize);

    private readonly SharedMemory _memory;

    private ConnectionTable(SharedMemory memory) => _memory = memory;

    /// <summary>What a worker needs to map the same memory.</summary>
    internal FileDescriptor Descriptor => _memory.Descriptor;

    internal static ConnectionTable Create() => new(SharedMemory.Create("drover-connections\0"u8, Size));

    /// <summary>Owns <paramref name="descriptor"/> from now on.</summary>
    internal static ConnectionTable Map(FileDescriptor descriptor) => new(SharedMemory.Map(descriptor, Size));

    /// <summary>The primary: this worker may take the connection. Returns the word that goes with the hand-off.</summary>
    internal long Assign(int slot, int worker)
    {
        ref var word = ref Word(slot);
        var assigned = Make((uint)(Volatile.Read(ref word) >> 32) + 1, worker, ConnectionState.Assigned);
        Volatile.Write(ref word, assigned);
        return assigned;
    }

    /// <summary>False: the connection is not in that state any more, or is another worker's, and is not to be touched.</summary>
    internal bool TryChange(int slot, long word, ConnectionState from, ConnectionState to) =>
        Interlocked.CompareExchange(ref Word(slot), With(word, to), With(word, from)) == With(word, from);

    /// <summary>The worker that has claimed the connection says how far it is; nobody else changes the word then.</summary>
    internal void Set(int slot, long word, ConnectionState state) => Volatile.Write(ref Word(slot), With(word, state));

    /// <summary>The primary takes back what the worker has not claimed. False: the worker was faster.</summary>
    internal bool TryRevoke(int slot, long word) =>
        TryChange(slot, word, ConnectionState.Assigned, ConnectionState.Free) || TryChange(slot, word, ConnectionState.Idle, ConnectionState.Free);

    /// <summary>How far the connection is in the hands of its worker; <see cref="ConnectionState.Free"/> when it is not its any more.</summary>
    internal ConnectionState StateOf(int slot, long word)
    {
        var now = Volatile.Read(ref Word(slot));
        return IsSame(now, word) ? (ConnectionState)(byte)now : ConnectionState.Free;
    }

    internal void Free(int slot, long word) => Set(slot, word, ConnectionState.Free);

    /// <summary>The same hand-off of the same connection, in whatever state.</summary>
    internal static bool IsSame(long word, long other) => ((word ^ other) & ~0xffL) == 0;

    internal static long With(long word, ConnectionState state) => (word & ~0xffL) | (byte)state;

    internal ref WorkerRecord WorkerAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)MaxWorkers);
        return ref _memory.At<WorkerRecord>((long)index * RecordSize);
    }

    public void Dispose() => _memory.Dispose();

    private ref long Word(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)MaxConnections);
        return ref _memory.At<long>(WordsOffset + ((long)slot * RecordSize));
    }

    private static long Make(uint generation, int owner, ConnectionState state) =>
        ((long)generation << 32) | ((long)(owner & 0xffffff) << 8) | (byte)state;
}
