using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Drover.Interop;

/// <summary>An epoll set, level-triggered. Each registration carries a 64-bit token of the caller's.</summary>
internal sealed unsafe class Epoll : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Delete = 2;
    private const int Change = 3;

    // struct epoll_event is packed on x86-64 and naturally aligned elsewhere.
    private static readonly int RecordSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int TokenOffset = RecordSize - 8;

    private readonly FileDescriptor _set;
    private readonly byte[] _records;

    internal Epoll(int maxEvents)
    {
        var set = Libc.epoll_create1(CloseOnExec);
        _set = set >= 0 ? new FileDescriptor(set) : throw SystemCallException.Last("epoll_create1");
        _records = GC.AllocateArray<byte>(maxEvents * RecordSize, pinned: true);
        MaxEvents = maxEvents;
    }

    internal int MaxEvents { get; }

    internal void Register(int descriptor, Readiness interest, long token) => Control(Add, descriptor, interest, token, "epoll_ctl(ADD)");

    internal void Modify(int descriptor, Readiness interest, long token) => Control(Change, descriptor, interest, token, "epoll_ctl(MOD)");

    /// <summary>
    /// Must come before the descriptor is closed or passed on: the registration belongs to the open file, and outlives close
    /// while anybody else holds it.
    /// </summary>
    internal void Unregister(int descriptor) => _ = Libc.epoll_ctl(_set.Value, Delete, descriptor, null);

    /// <summary>Waits for at most <paramref name="timeout"/> milliseconds (-1: for ever); returns how many records are filled.</summary>
    internal int Wait(int timeout)
    {
        int count;
        fixed (byte* records = _records)
        {
            do count = Libc.epoll_wait(_set.Value, records, MaxEvents, timeout);
            while (count < 0 && ErrnoOfLastCall.Get() == Errno.Interrupted && timeout < 0);
        }

        if (count >= 0) return count;
        return ErrnoOfLastCall.Get() == Errno.Interrupted ? 0 : throw SystemCallException.Last("epoll_wait");
    }

    internal (Readiness Ready, long Token) Read(int index)
    {
        var record = _records.AsSpan(index * RecordSize, RecordSize);
        return ((Readiness)BinaryPrimitives.ReadUInt32LittleEndian(record), BinaryPrimitives.ReadInt64LittleEndian(record[TokenOffset..]));
    }

    public void Dispose() => _set.Dispose();

    private void Control(int operation, int descriptor, Readiness interest, long token, string call)
    {
        var record = stackalloc byte[16];
        *(uint*)record = (uint)interest;
        *(long*)(record + TokenOffset) = token;
        if (Libc.epoll_ctl(_set.Value, operation, descriptor, record) != 0) throw SystemCallException.Last(call);
    }
}
