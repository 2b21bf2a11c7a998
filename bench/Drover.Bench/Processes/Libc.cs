using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Drover.Bench.Processes;

/// <summary>The system calls that .NET has no name for.</summary>
static partial class Libc
{
    const int SetChildSubreaper = 36;
    const int HangUpSignal = 1;
    const int KillSignal = 9;
    const int TerminateSignal = 15;
    const int ContinueSignal = 18;
    const int StopSignal = 19;

    /// <summary>From now on a process whose parent has died becomes a child of this one, and does not get out of sight.</summary>
    public static void BecomeSubreaper()
    {
        if (Prctl(SetChildSubreaper, 1, 0, 0, 0) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError(), "prctl(PR_SET_CHILD_SUBREAPER)");
    }

    /// <summary>Takes the exit of a child that has been killed; of one that somebody else took already, nothing.</summary>
    public static void Reap(int pid) => _ = WaitPid(pid, 0, 0);

    public static void Stop(int pid) => _ = Kill(pid, StopSignal);

    public static void Continue(int pid) => _ = Kill(pid, ContinueSignal);

    public static void HangUp(int pid) => _ = Kill(pid, HangUpSignal);

    public static void Terminate(int pid) => _ = Kill(pid, TerminateSignal);

    public static void KillAtOnce(int pid) => _ = Kill(pid, KillSignal);

    /// <summary>Of the calling thread, to about a tenth of a millisecond; may return early.</summary>
    public static void Sleep(TimeSpan duration) => _ = MicroSleep((uint)duration.TotalMicroseconds);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Prctl(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int WaitPid(int pid, nint status, int options);

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MicroSleep(uint microseconds);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
