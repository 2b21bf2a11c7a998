namespace Drover.Interop;

/// <summary>The files of Unix sockets.</summary>
internal static unsafe class UnixSocketFile
{
    internal const uint ReadByAll = 0x124; // r--r--r--
    internal const uint WriteByAll = 0x92; // -w--w--w-

    private const int WorkingDirectory = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint TypeAndMode = 3;
    private const int ResultSize = 256;
    private const int ModeOffset = 28;
    private const uint TypeMask = 0xF000;
    private const uint SocketType = 0xC000;
    private const uint PermissionMask = 0xFFF;

    /// <summary>Whether there is a socket at the path, and not some other file that happens to bear the name.</summary>
    internal static bool Exists(string path) => (ModeOf(path) & TypeMask) == SocketType;

    /// <summary>Permits more than the umask has left.</summary>
    internal static void Permit(string path, uint permissions) => _ = Libc.chmod(path, (ModeOf(path) & PermissionMask) | permissions);

    private static uint ModeOf(string path)
    {
        var result = stackalloc byte[ResultSize];
        return Libc.statx(WorkingDirectory, path, DoNotFollowLinks, TypeAndMode, result) == 0 ? *(ushort*)(result + ModeOffset) : 0u;
    }
}
