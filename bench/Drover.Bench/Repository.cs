using Drover.Bench.Processes;

namespace Drover.Bench;

/// <summary>Where things are: the benchmark runs from its checkout.</summary>
static class Repository
{
    static readonly string Root = FindRoot();

    public static string Results => Path.Combine(Root, "bench", "results");

    public static string WrkScript => Path.Combine(Root, "bench", "wrk", "result.lua");

    /// <summary>Where PM2 is installed.</summary>
    public static string Pm2 => Path.Combine(Root, "bench", "pm2");

    /// <summary>The measured C# program, built with this one and in the same configuration.</summary>
    public static Command Server(params IReadOnlyList<string> arguments)
    {
        var configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(Root, "artifacts", "bin", "Drover.Bench.Server", configuration, "Drover.Bench.Server.dll");
        return new Command("dotnet", [program, .. arguments]);
    }

    public static Command Node(string script, params IReadOnlyList<string> arguments) =>
        new("node", [NodeScript(script), .. arguments]);

    public static string NodeScript(string script) => Path.Combine(Root, "bench", "node", script);

    /// <summary>The commit that is measured, with a plus sign when files have been changed since; null outside a git checkout.</summary>
    public static async Task<string?> CommitAsync(CancellationToken ct)
    {
        try
        {
            var lines = await ChildProcess.RunAsync(
                new Command("git", "-C", Root, "describe", "--always", "--dirty=+", "--exclude=*"), TimeSpan.FromSeconds(10), ct);
            return lines is [var commit, ..] ? commit : null;
        }
        catch (MeasurementException)
        {
            return null;
        }
    }

    static string FindRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Drover.slnx")))
                return directory;
        }

        throw new MeasurementException("Drover.slnx is in no folder above the program; run the benchmark from its checkout.");
    }
}
