namespace Drover;

/// <summary>A signal that a worker can be sent or be ended by, with Linux's number on x64 and arm64.</summary>
public enum Signal
{
    /// <summary>The terminal is gone; many programs read their configuration again.</summary>
    SIGHUP = 1,

    /// <summary>Ctrl+C.</summary>
    SIGINT = 2,

    /// <summary>Ctrl+\.</summary>
    SIGQUIT = 3,

    /// <summary>Illegal instruction.</summary>
    SIGILL = 4,

    /// <summary>Trace or breakpoint trap.</summary>
    SIGTRAP = 5,

    /// <summary><c>abort()</c>: how a .NET program ends on an unhandled exception. Also known as SIGIOT.</summary>
    SIGABRT = 6,

    /// <summary>Bad memory access: alignment, or a mapped file that got shorter.</summary>
    SIGBUS = 7,

    /// <summary>Arithmetic error.</summary>
    SIGFPE = 8,

    /// <summary>Ends a process at once; cannot be caught. Also what the kernel sends when memory runs out.</summary>
    SIGKILL = 9,

    /// <summary>Free for the program's own use.</summary>
    SIGUSR1 = 10,

    /// <summary>Access to memory that is not there.</summary>
    SIGSEGV = 11,

    /// <summary>Free for the program's own use.</summary>
    SIGUSR2 = 12,

    /// <summary>Write to a pipe or socket that nobody reads.</summary>
    SIGPIPE = 13,

    /// <summary>A timer set with <c>alarm()</c> has run out.</summary>
    SIGALRM = 14,

    /// <summary>The polite request to end; the default of a kill.</summary>
    SIGTERM = 15,

    /// <summary>Stack fault of a coprocessor; unused by the kernel.</summary>
    SIGSTKFLT = 16,

    /// <summary>A child process has ended or stopped.</summary>
    SIGCHLD = 17,

    /// <summary>Lets a stopped process run again.</summary>
    SIGCONT = 18,

    /// <summary>Stops a process; cannot be caught.</summary>
    SIGSTOP = 19,

    /// <summary>Ctrl+Z.</summary>
    SIGTSTP = 20,

    /// <summary>A background process reads from the terminal.</summary>
    SIGTTIN = 21,

    /// <summary>A background process writes to the terminal.</summary>
    SIGTTOU = 22,

    /// <summary>Urgent data on a socket.</summary>
    SIGURG = 23,

    /// <summary>The limit of processor time is exceeded.</summary>
    SIGXCPU = 24,

    /// <summary>The limit of file size is exceeded.</summary>
    SIGXFSZ = 25,

    /// <summary>A timer on the process's own processor time has run out.</summary>
    SIGVTALRM = 26,

    /// <summary>A profiling timer has run out.</summary>
    SIGPROF = 27,

    /// <summary>The terminal's size has changed.</summary>
    SIGWINCH = 28,

    /// <summary>A descriptor is ready. Also known as SIGPOLL.</summary>
    SIGIO = 29,

    /// <summary>Power is failing.</summary>
    SIGPWR = 30,

    /// <summary>A system call that does not exist or that a filter forbids.</summary>
    SIGSYS = 31,
}
