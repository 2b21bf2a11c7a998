using Drover.Workers;

namespace Drover.Tests.Workers;

public sealed class WorkerCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("drover-test-").FullName;

    [Theory]
    [InlineData("app.js")]
    [InlineData("app.mjs")]
    [InlineData("APP.CJS")]
    public void A_script_runs_under_node(string name)
    {
        var script = Create(name);
        var command = WorkerCommand.From(new ClusterSettings { Program = script, Arguments = ["a"], RuntimeArguments = ["--trace-warnings"], RuntimePath = "/bin/sh" });

        Assert.True(command.IsNode);
        Assert.Equal(["/bin/sh", "--trace-warnings", script, "a"], command.Arguments);
    }

    [Fact]
    public void An_assembly_runs_under_dotnet()
    {
        var assembly = Create("app.dll");
        var command = WorkerCommand.From(new ClusterSettings { Program = "app.dll", WorkingDirectory = _folder, Arguments = [] });

        Assert.False(command.IsNode);
        Assert.Equal("dotnet", Path.GetFileName(command.Program));
        Assert.Equal(assembly, command.Arguments[1]);
    }

    [Fact]
    public void A_bare_name_is_looked_for_in_PATH() =>
        Assert.EndsWith("/sh", WorkerCommand.From(new ClusterSettings { Program = "sh", Arguments = [] }).Program, StringComparison.Ordinal);

    [Fact]
    public void No_program_is_this_program()
    {
        var command = WorkerCommand.From(new ClusterSettings { Arguments = ["x"] });

        Assert.Equal(Environment.ProcessPath, command.Program);
        Assert.Equal("x", command.Arguments[^1]);
    }

    [Fact]
    public void What_cannot_run_is_said()
    {
        Assert.Contains("was not found; looked for", Message(new ClusterSettings { Program = "missing.js", WorkingDirectory = _folder }), StringComparison.Ordinal);
        Assert.Contains("was not found in PATH", Message(new ClusterSettings { Program = "no-such-program-anywhere" }), StringComparison.Ordinal);
        Assert.Contains("chmod +x", Message(new ClusterSettings { Program = Create("plain") }), StringComparison.Ordinal);
        Assert.Contains("working directory '/no/such' does not exist", Message(new ClusterSettings { WorkingDirectory = "/no/such" }), StringComparison.Ordinal);
        Assert.Contains("neither a script nor a .dll", Message(new ClusterSettings { Program = "sh", RuntimeArguments = ["-x"] }), StringComparison.Ordinal);
        Assert.Contains("The runtime '/no/node'", Message(new ClusterSettings { Program = Create("a.js"), RuntimePath = "/no/node" }), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Message(ClusterSettings settings) => Assert.Throws<ClusterException>(() => WorkerCommand.From(settings)).Message;

    private string Create(string name)
    {
        var file = Path.Combine(_folder, name);
        File.WriteAllText(file, "");
        return file;
    }
}
