using System.Buffers.Binary;

namespace Drover.Interop;

/// <summary>A child watched by descriptor: readable when it has ended; reaping it gives the true code or signal.</summary>
internal sealed unsafe class PidFd : IDisposable
{
    // The same numbers on every architecture that Linux added them to: both came after the tables were unified.
    private const int PidFdOpen = 434;
    private const int PidFdSendSignal = 424;
    private const int IdIsProcess = 1;
    private const int IdIsPidFd = 3;
    private const int Exited = 4;
    private const int NoHang = 1;
    private const int CodeExited = 1;

    private readonly FileDescriptor _descriptor;

    private PidFd(FileDescriptor descriptor) => _descriptor = descriptor;

    internal int Value => _descriptor.Value;

    /// <summary>Opens the descriptor of a child that has not been reaped, so its number cannot have been used again.</summary>
    internal static PidFd Open(int pid)
    {
        var descriptor = Libc.syscall(PidFdOpen, pid, 0, 0, 0);
        return descriptor >= 0 ? new PidFd(new FileDescriptor((int)descriptor)) : throw SystemCallException.Last("pidfd_open");
    }

    /// <summary>Ends a child for which there is no descriptor, and reaps it.</summary>
    internal static void KillUnwatched(int pid)
    {
        var info = stackalloc byte[128];
        _ = Libc.kill(pid, (int)Signal.SIGKILL);
        while (Libc.waitid(IdIsProcess, (uint)pid, info, Exited) != 0 && ErrnoOfLastCall.Get() == Errno.Interrupted)
        {
        }
    }

    /// <summary>Sends a signal; false when the process is gone already. Throws when the signal is not permitted.</summary>
    internal bool Send(int signal)
    {
        if (Libc.syscall(PidFdSendSignal, _descriptor.Value, signal, 0, 0) == 0) return true;
        var error = ErrnoOfLastCall.Get();
        const Errno noSuchProcess = (Errno)3;
        return error == noSuchProcess ? false : throw new SystemCallException("pidfd_send_signal", error);
    }

    /// <summary>Reaps the child if it has ended. Code and signal: one of the two is set, or none when the kernel has reaped it.</summary>
    internal bool TryReap(out int? code, out int? signal)
    {
        code = signal = null;
        var info = stackalloc byte[128];
        new Span<byte>(info, 128).Clear();
        int result;
        do result = Libc.waitid(IdIsPidFd, (uint)_descriptor.Value, info, Exited | NoHang);
        while (result != 0 && ErrnoOfLastCall.Get() == Errno.Interrupted);
        if (result != 0)
        {
            // In a process that ignores SIGCHLD, as some service managers start theirs, the kernel reaps, and the code is lost.
            return ErrnoOfLastCall.Get() == Errno.NoChild ? true : throw SystemCallException.Last("waitid");
        }

        // siginfo_t of a child: si_signo, si_errno, si_code, padding, si_pid, si_uid, si_status.
        var fields = new ReadOnlySpan<byte>(info, 28);
        if (BinaryPrimitives.ReadInt32LittleEndian(fields[12..]) == 0 && BinaryPrimitives.ReadInt32LittleEndian(fields[16..]) == 0) return false;
        var how = BinaryPrimitives.ReadInt32LittleEndian(fields[8..]);
        var status = BinaryPrimitives.ReadInt32LittleEndian(fields[24..]);
        if (how == CodeExited) code = status;
        else signal = status & 0x7f;
        return true;
    }

    public void Dispose() => _descriptor.Dispose();
}
