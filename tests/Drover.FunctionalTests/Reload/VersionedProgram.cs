namespace Drover.FunctionalTests.Reload;

/// <summary>A program of one path whose versions replace one another on disk, as a deployment does.</summary>
internal sealed class VersionedProgram : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal VersionedProgram(string behaviour = "SayId") => InstallBehaviour(behaviour);

    internal string Path => _folder.File("program");

    internal void InstallBehaviour(string behaviour) => Install($"exec '{TestPrograms.TestWorker}' {behaviour}");

    /// <summary>From now on the program does what these lines of a shell script say.</summary>
    internal void Install(string script)
    {
        var next = _folder.File("next");
        File.WriteAllText(next, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Move(next, Path, overwrite: true);
    }

    internal TestCluster Cluster(Action<ClusterSettings>? configure = null) => new(settings =>
    {
        settings.Program = Path;
        settings.Arguments = [];
        settings.Restart = new RestartPolicy();
        configure?.Invoke(settings);
    });

    public void Dispose() => _folder.Dispose();
}
