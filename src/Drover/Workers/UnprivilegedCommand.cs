using System.Globalization;
using Drover.Interop;

namespace Drover.Workers;

/// <summary>
/// Drops privileges in the worker, by the system's own tool and before the program starts: posix_spawn cannot change the user.
/// <c>setpriv</c> replaces itself with the program, so the process number stays the worker's.
/// </summary>
internal static class UnprivilegedCommand
{
    internal static WorkerCommand Wrap(WorkerCommand command, string? user, string? group)
    {
        if (Libc.geteuid() != 0)
            throw Invalid("Only a primary that runs as root can run workers as another user or group. Start it as root, or leave User and Group unset.");
        var setpriv = WorkerCommand.FindExecutable("setpriv", "/")
            ?? throw Invalid("User and Group need the tool setpriv (package util-linux), which was not found in PATH.");
        List<string> arguments = [setpriv];
        if (user is not null) arguments.Add("--reuid=" + user);
        arguments.Add("--regid=" + (group ?? PrimaryGroupOf(user!)));
        arguments.Add(user is not null && !IsNumber(user) ? "--init-groups" : "--clear-groups");
        return new WorkerCommand(setpriv, [.. arguments, "--", command.Program, .. command.Arguments.Skip(1)], command.IsNode);
    }

    private static string PrimaryGroupOf(string user)
    {
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 3 && (fields[0] == user || fields[2] == user)) return fields[3];
        }

        throw Invalid($"The user '{user}' is not in /etc/passwd; check the name, or set Group as well.");
    }

    private static bool IsNumber(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out _);

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);
}
