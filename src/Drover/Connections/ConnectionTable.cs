using Drover.Interop;

namespace Drover.Connections;

/// <summary>
/// Who may touch a connection, decided in one place: memory that the primary creates and every C# worker maps, one word for each
/// connection that is under way, changed only by compare-and-swap. Behind it one record for each worker, which the worker writes and
/// the policies read with plain loads.
/// </summary>
/// <remarks>
/// A word is <c>generation (32 bits) | owner (24) | state (8)</c>. The generation changes each time a word is used again, so a claim
/// that comes too late, after the connection was given to somebody else, fails.
/// </remarks>
internal sealed class ConnectionTable : IDisposable
{
    internal const int MaxConnections = 65536;
    internal const int MaxWorkers = 1024;

    private const int WorkerRecordSize = 64; // A cache line each: workers do not slow one another down.
    private const int WordsOffset = MaxWorkers * WorkerRecordSize;
    private const long Size = WordsOffset + ((long)MaxConnections * sizeof(long));

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

    /// <summary>A worker claims what it was handed. False: it has been given to another worker meanwhile and is not to be touched.</summary>
    internal bool TryTake(int slot, long assigned) => TryChange(slot, assigned, ConnectionState.Taken);

    /// <summary>The primary takes back what a worker has not claimed. False: the worker was faster.</summary>
    internal bool TryRevoke(int slot, long assigned) => TryChange(slot, assigned, ConnectionState.Free);

    internal void Free(int slot, long assigned)
    {
        ref var word = ref Word(slot);
        Volatile.Write(ref word, WithState(assigned, ConnectionState.Free));
    }

    internal ref WorkerRecord WorkerAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)MaxWorkers);
        return ref _memory.At<WorkerRecord>((long)index * WorkerRecordSize);
    }

    public void Dispose() => _memory.Dispose();

    private bool TryChange(int slot, long assigned, ConnectionState to) =>
        Interlocked.CompareExchange(ref Word(slot), WithState(assigned, to), assigned) == assigned;

    private ref long Word(int slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)MaxConnections);
        return ref _memory.At<long>(WordsOffset + ((long)slot * sizeof(long)));
    }

    private static long Make(uint generation, int owner, ConnectionState state) =>
        ((long)generation << 32) | ((long)(owner & 0xffffff) << 8) | (byte)state;

    private static long WithState(long word, ConnectionState state) => (word & ~0xffL) | (byte)state;
}
