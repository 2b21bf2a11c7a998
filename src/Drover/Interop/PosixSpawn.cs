using System.Runtime.InteropServices;

namespace Drover.Interop;

/// <summary>
/// Starts a program with posix_spawn: no copy of the caller's memory, errors of exec reported at once, and descriptors placed on
/// the numbers that the child expects. The child leads its own process group, so Ctrl-C reaches the primary alone, which then
/// stops its workers in order.
/// </summary>
internal static unsafe class PosixSpawn
{
    private const int ReservedForOpaqueStruct = 1024;
    private const int SignalSetSize = 128;
    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;

    /// <summary>Returns the process number, or throws <see cref="SystemCallException"/> when the program cannot be started.</summary>
    internal static int Start(SpawnRequest request)
    {
        var actions = stackalloc byte[ReservedForOpaqueStruct];
        var attributes = stackalloc byte[ReservedForOpaqueStruct];
        using var strings = new NativeStrings();
        Check(Libc.posix_spawn_file_actions_init(actions), "posix_spawn_file_actions_init");
        try
        {
            Check(Libc.posix_spawnattr_init(attributes), "posix_spawnattr_init");
            try
            {
                AddDescriptors(actions, request, strings);
                SetSignals(attributes);
                int pid;
                Check(
                    Libc.posix_spawn(&pid, strings.Add(request.Program), actions, attributes, strings.AddList(request.Arguments),
                        strings.AddList([.. request.Environment.Select(v => v.Key + "=" + v.Value)])),
                    "posix_spawn");
                return pid;
            }
            finally
            {
                _ = Libc.posix_spawnattr_destroy(attributes);
            }
        }
        finally
        {
            _ = Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    private static void AddDescriptors(byte* actions, SpawnRequest request, NativeStrings strings)
    {
        foreach (var (ours, theirs) in request.Descriptors)
        {
            // A number below 16 could be overwritten by an earlier dup2 of this list; Duplicate() keeps them above it.
            Check(Libc.posix_spawn_file_actions_adddup2(actions, ours.Value, theirs), "posix_spawn_file_actions_adddup2");
        }

        if (request.WorkingDirectory is { } directory)
            Check(Libc.posix_spawn_file_actions_addchdir_np(actions, strings.Add(directory)), "posix_spawn_file_actions_addchdir_np");
    }

    private static void SetSignals(byte* attributes)
    {
        // .NET ignores SIGPIPE and blocks nothing by contract, but ignored signals survive exec: the child must start clean.
        var all = stackalloc byte[SignalSetSize];
        var none = stackalloc byte[SignalSetSize];
        new Span<byte>(all, SignalSetSize).Fill(0xff);
        new Span<byte>(none, SignalSetSize).Clear();
        Check(Libc.posix_spawnattr_setsigdefault(attributes, all), "posix_spawnattr_setsigdefault");
        Check(Libc.posix_spawnattr_setsigmask(attributes, none), "posix_spawnattr_setsigmask");
        Check(Libc.posix_spawnattr_setpgroup(attributes, 0), "posix_spawnattr_setpgroup");
        Check(Libc.posix_spawnattr_setflags(attributes, SetGroup | SetDefaultSignals | SetSignalMask), "posix_spawnattr_setflags");
    }

    private static void Check(int error, string call)
    {
        if (error != 0) throw new SystemCallException(call, (Errno)error);
    }

    /// <summary>Zero-terminated UTF-8 copies that live until the spawn is done.</summary>
    private sealed class NativeStrings : IDisposable
    {
        private readonly List<nint> _allocated = [];

        internal byte* Add(string text)
        {
            var copy = Marshal.StringToCoTaskMemUTF8(text);
            _allocated.Add(copy);
            return (byte*)copy;
        }

        internal byte** AddList(IReadOnlyList<string> texts)
        {
            var list = (byte**)Marshal.AllocCoTaskMem((texts.Count + 1) * sizeof(byte*));
            _allocated.Add((nint)list);
            for (var i = 0; i < texts.Count; i++) list[i] = Add(texts[i]);
            list[texts.Count] = null;
            return list;
        }

        public void Dispose()
        {
            foreach (var block in _allocated) Marshal.FreeCoTaskMem(block);
        }
    }
}
