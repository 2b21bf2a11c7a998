using System.Buffers.Binary;

namespace Drover.Connections;

/// <summary>
/// The records of the hand-off socket, little-endian. To the worker: <c>Table | worker index</c> with the table's descriptor,
/// <c>Connections | count, then count times server, slot, word</c> with count descriptors, <c>GiveBack | count</c>, and
/// <c>LetGo | 0</c>. To the primary: <c>News | count, then count slots with their words</c>, whose states say what became of the
/// connections: refused (Assigned), taken, kept (Idle), returned or ended. Kind and count are 16 bits, words 64, all else 32.
/// </summary>
internal static class HandOffRecord
{
    internal const ushort Table = 1;
    internal const ushort Connections = 2;
    internal const ushort News = 3;
    internal const ushort GiveBack = 4;
    internal const ushort LetGo = 5;

    internal const int HeaderSize = 4;
    internal const int ConnectionSize = 16;
    internal const int NewsSize = 12;
    internal const int MaxSize = HeaderSize + (Interop.DescriptorMessage.MaxDescriptors * ConnectionSize);

    internal static void WriteHeader(Span<byte> record, ushort kind, int count)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(record, kind);
        BinaryPrimitives.WriteUInt16LittleEndian(record[2..], (ushort)count);
    }

    internal static (ushort Kind, int Count) ReadHeader(ReadOnlySpan<byte> record) =>
        record.Length < HeaderSize ? default : (BinaryPrimitives.ReadUInt16LittleEndian(record), BinaryPrimitives.ReadUInt16LittleEndian(record[2..]));

    internal static void WriteConnection(Span<byte> record, int index, int server, int slot, long word)
    {
        var entry = record[(HeaderSize + (index * ConnectionSize))..];
        BinaryPrimitives.WriteInt32LittleEndian(entry, server);
        BinaryPrimitives.WriteInt32LittleEndian(entry[4..], slot);
        BinaryPrimitives.WriteInt64LittleEndian(entry[8..], word);
    }

    internal static (int Server, int Slot, long Word) ReadConnection(ReadOnlySpan<byte> record, int index)
    {
        var entry = record.Slice(HeaderSize + (index * ConnectionSize), ConnectionSize);
        return (BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[4..]), BinaryPrimitives.ReadInt64LittleEndian(entry[8..]));
    }

    internal static void WriteNews(Span<byte> record, int index, int slot, long word)
    {
        var entry = record[(HeaderSize + (index * NewsSize))..];
        BinaryPrimitives.WriteInt32LittleEndian(entry, slot);
        BinaryPrimitives.WriteInt64LittleEndian(entry[4..], word);
    }

    internal static (int Slot, long Word) ReadNews(ReadOnlySpan<byte> record, int index)
    {
        var entry = record.Slice(HeaderSize + (index * NewsSize), NewsSize);
        return (BinaryPrimitives.ReadInt32LittleEndian(entry), BinaryPrimitives.ReadInt64LittleEndian(entry[4..]));
    }
}
