using Drover.Interop;

namespace Drover.Workers;

/// <summary>The command line that settings stand for, checked before anything is started.</summary>
internal sealed record WorkerCommand(string Program, IReadOnlyList<string> Arguments, bool IsNode)
{
    private const int Executable = 1;

    /// <exception cref="ClusterException">The program cannot be run; the message says why.</exception>
    internal static WorkerCommand From(ClusterSettings settings)
    {
        var directory = settings.WorkingDirectory ?? System.Environment.CurrentDirectory;
        if (!Directory.Exists(directory))
            throw NotFound($"The workers' working directory '{directory}' does not exist.");
        var arguments = settings.Arguments ?? [.. System.Environment.GetCommandLineArgs().Skip(1)];
        var command = settings.Program is { } program ? ForProgram(program, directory, settings, arguments) : ForThisProgram(settings, arguments);
        return settings.User is null && settings.Group is null ? command : UnprivilegedCommand.Wrap(command, settings.User, settings.Group);
    }

    /// <summary>Looks for an executable as a shell does: a bare name in PATH, anything else as a path.</summary>
    internal static string? FindExecutable(string name, string directory)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            var path = Path.GetFullPath(name, directory);
            return IsExecutable(path) ? path : null;
        }

        var folders = (System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(f => Path.Combine(f, name)).FirstOrDefault(IsExecutable);
    }

    private static WorkerCommand ForThisProgram(ClusterSettings settings, IList<string> arguments)
    {
        var self = System.Environment.ProcessPath ?? throw NotFound("The path of this program is not known; set ClusterSettings.Program.");
        var entry = System.Environment.GetCommandLineArgs()[0];
        var runsUnderDotnet = Path.GetFileNameWithoutExtension(self) == "dotnet";
        if (runsUnderDotnet) return new WorkerCommand(settings.RuntimePath ?? self, [self, .. settings.RuntimeArguments, entry, .. arguments], IsNode: false);
        if (settings.RuntimeArguments.Count == 0 && settings.RuntimePath is null) return new WorkerCommand(self, [self, .. arguments], IsNode: false);

        // The program's own executable takes no arguments for the runtime; dotnet does, given the assembly beside it.
        return entry.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            ? Under("dotnet", entry, settings, System.Environment.CurrentDirectory, arguments, isNode: false)
            : throw Invalid("RuntimeArguments need a runtime to take them: this program is one single executable.");
    }

    private static WorkerCommand ForProgram(string program, string directory, ClusterSettings settings, IList<string> arguments)
    {
        switch (Path.GetExtension(program).ToUpperInvariant())
        {
            case ".JS" or ".MJS" or ".CJS":
                return Under("node", ExistingFile(program, directory), settings, directory, arguments, isNode: true);
            case ".TS" or ".MTS" or ".CTS":
                var command = Under("node", ExistingFile(program, directory), settings, directory, arguments, isNode: true);
                NodeVersion.EnsureRunsTypeScript(command.Program, program, settings.RuntimeArguments);
                return command;
            case ".DLL":
                return Under("dotnet", ExistingFile(program, directory), settings, directory, arguments, isNode: false);
            default:
                if (settings.RuntimeArguments.Count > 0)
                    throw Invalid($"RuntimeArguments are for programs that run under node or dotnet; '{program}' is neither a script nor a .dll.");
                var path = FindExecutable(program, directory)
                    ?? throw NotFound(File.Exists(Path.GetFullPath(program, directory))
                        ? $"The program '{program}' is not executable. Run chmod +x on it, or name the runtime as the program and the file as its argument."
                        : $"The program '{program}' was not found{(program.Contains('/', StringComparison.Ordinal) ? "" : " in PATH")}.");
                return new WorkerCommand(path, [path, .. arguments], IsNode: false);
        }
    }

    private static WorkerCommand Under(string runtime, string file, ClusterSettings settings, string directory, IList<string> arguments, bool isNode)
    {
        var path = FindExecutable(settings.RuntimePath ?? runtime, directory)
            ?? throw NotFound(settings.RuntimePath is { } given
                ? $"The runtime '{given}' for '{file}' was not found or is not executable."
                : $"'{file}' needs {runtime}, which was not found in PATH. Install it, or set RuntimePath.");
        return new WorkerCommand(path, [path, .. settings.RuntimeArguments, file, .. arguments], isNode);
    }

    private static string ExistingFile(string program, string directory)
    {
        var path = Path.GetFullPath(program, directory);
        return File.Exists(path) ? path : throw NotFound($"The program '{program}' was not found; looked for {path}.");
    }

    private static bool IsExecutable(string path) => File.Exists(path) && Libc.access(path, Executable) == 0;

    private static ClusterException NotFound(string message) => new(ClusterError.ProgramNotFound, message);

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);
}
