using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Drover.Interop;
using Microsoft.Extensions.Logging;

namespace Drover;

/// <summary>
/// Asks the .NET runtime of another process for a memory dump of itself, over the runtime's diagnostics socket
/// (docs/design-docs/ipc-protocol.md in dotnet/diagnostics: command set 1, command 1).
/// </summary>
internal static class MemoryDump
{
    private const int HeaderSize = 20;
    private const int DumpWithHeap = 2;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>True when the runtime says that the file is complete. A runtime that does not react writes none.</summary>
    internal static async Task<bool> TryWriteAsync(int pid, string directory, ILogger logger)
    {
        var file = Path.Combine(Path.GetFullPath(directory), $"worker-{pid}.dmp");
        try
        {
            Directory.CreateDirectory(directory);
            using var limit = new CancellationTokenSource(Longest, TimeProvider.System);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketOf(pid)), limit.Token);
            await socket.SendAsync(Request(file), limit.Token);
            var answer = new byte[HeaderSize + sizeof(int)];
            var length = 0;
            while (length < answer.Length)
            {
                var count = await socket.ReceiveAsync(answer.AsMemory(length), limit.Token);
                if (count == 0) throw new IOException("the runtime broke the conversation off");
                length += count;
            }

            var result = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(HeaderSize));
            if (result != 0) throw new IOException($"the runtime refuses (0x{result:x8})");
            DumpLog.Written(logger, pid, file);
            return true;
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or UnauthorizedAccessException or ArgumentException)
        {
            DumpLog.NotWritten(logger, pid, exception.Message);
            return false;
        }
    }

    // Processes that were killed leave their sockets behind, and the kernel uses numbers again: the start time tells them apart.
    private static string SocketOf(int pid)
    {
        var start = ProcessStat.FieldsOf(pid)[ProcessStat.StartTime];
        var socket = Path.Combine(Path.GetTempPath(), $"dotnet-diagnostic-{pid}-{start}-socket");
        return File.Exists(socket) ? socket : throw new IOException("it has no diagnostics socket; DOTNET_EnableDiagnostics=0 switches it off");
    }

    // Magic, size, command set and command, reserved; then the file, the kind of dump, and flags.
    private static byte[] Request(string file)
    {
        var name = Encoding.Unicode.GetBytes(file + "\0");
        var request = new byte[HeaderSize + sizeof(int) + name.Length + sizeof(int) + sizeof(int)];
        "DOTNET_IPC_V1\0"u8.CopyTo(request);
        BinaryPrimitives.WriteUInt16LittleEndian(request.AsSpan(14), (ushort)request.Length);
        request[16] = 1;
        request[17] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(HeaderSize), name.Length / sizeof(char));
        name.CopyTo(request, HeaderSize + sizeof(int));
        BinaryPrimitives.WriteInt32LittleEndian(request.AsSpan(HeaderSize + sizeof(int) + name.Length), DumpWithHeap);
        return request;
    }
}
