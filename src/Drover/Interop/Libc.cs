using System.Runtime.InteropServices;

namespace Drover.Interop;

/// <summary>
/// The raw system calls, exactly as libc declares them. Nobody calls these but the checked wrappers beside this file:
/// they return -1 and leave the reason in errno.
/// </summary>
internal static unsafe partial class Libc
{
    private const string Name = "libc";

    [LibraryImport(Name, SetLastError = true)] internal static partial int close(int fd);
    [LibraryImport(Name, SetLastError = true)] internal static partial int fcntl(int fd, int command, nint argument);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint read(int fd, void* buffer, nuint count);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint write(int fd, void* buffer, nuint count);
    [LibraryImport(Name, SetLastError = true)] internal static partial int pipe2(int* pair, int flags);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int open(string path, int flags, int mode);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int unlink(string path);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int chmod(string path, uint mode);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int statx(int directory, string path, int flags, uint mask, byte* result);
    [LibraryImport(Name, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] internal static partial int access(string path, int mode);

    [LibraryImport(Name, SetLastError = true)] internal static partial int socket(int domain, int type, int protocol);
    [LibraryImport(Name, SetLastError = true)] internal static partial int socketpair(int domain, int type, int protocol, int* pair);
    [LibraryImport(Name, SetLastError = true)] internal static partial int bind(int fd, byte* address, uint length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int connect(int fd, byte* address, uint length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int listen(int fd, int backlog);
    [LibraryImport(Name, SetLastError = true)] internal static partial int accept4(int fd, byte* address, uint* length, int flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial int getsockname(int fd, byte* address, uint* length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int getpeername(int fd, byte* address, uint* length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int setsockopt(int fd, int level, int option, void* value, uint length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int getsockopt(int fd, int level, int option, void* value, uint* length);
    [LibraryImport(Name, SetLastError = true)] internal static partial int shutdown(int fd, int how);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint send(int fd, void* buffer, nuint count, int flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint recv(int fd, void* buffer, nuint count, int flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint sendmsg(int fd, MessageHeader* message, int flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial nint recvmsg(int fd, MessageHeader* message, int flags);

    [LibraryImport(Name, SetLastError = true)] internal static partial int epoll_create1(int flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial int epoll_ctl(int epoll, int operation, int fd, byte* eventRecord);
    [LibraryImport(Name, SetLastError = true)] internal static partial int epoll_wait(int epoll, byte* events, int maximum, int timeout);
    [LibraryImport(Name, SetLastError = true)] internal static partial int eventfd(uint initial, int flags);

    [LibraryImport(Name, SetLastError = true)] internal static partial int memfd_create(byte* name, uint flags);
    [LibraryImport(Name, SetLastError = true)] internal static partial int ftruncate(int fd, long length);
    [LibraryImport(Name, SetLastError = true)] internal static partial void* mmap(void* address, nuint length, int protection, int flags, int fd, long offset);
    [LibraryImport(Name, SetLastError = true)] internal static partial int munmap(void* address, nuint length);

    [LibraryImport(Name, SetLastError = true)] internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d);
    [LibraryImport(Name, SetLastError = true)] internal static partial int waitid(int idType, uint id, byte* info, int options);
    [LibraryImport(Name, SetLastError = true)] internal static partial int kill(int pid, int signal);
    [LibraryImport(Name, SetLastError = true)] internal static partial int getrlimit(int resource, ulong* limits);
    [LibraryImport(Name)] internal static partial int getpid();
    [LibraryImport(Name)] internal static partial uint geteuid();

    // posix_spawn and its helpers return the error number itself and do not touch errno.
    [LibraryImport(Name)] internal static partial int posix_spawn_file_actions_init(void* actions);
    [LibraryImport(Name)] internal static partial int posix_spawn_file_actions_destroy(void* actions);
    [LibraryImport(Name)] internal static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);
    [LibraryImport(Name)] internal static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_init(void* attributes);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_destroy(void* attributes);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_setflags(void* attributes, short flags);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_setpgroup(void* attributes, int group);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_setsigmask(void* attributes, void* set);
    [LibraryImport(Name)] internal static partial int posix_spawnattr_setsigdefault(void* attributes, void* set);
    [LibraryImport(Name)] internal static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);
}
