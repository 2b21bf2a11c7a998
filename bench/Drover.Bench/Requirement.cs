using Drover.Bench.Processes;

namespace Drover.Bench;

/// <summary>A program that the benchmark needs, and the Debian package that brings it.</summary>
sealed record Requirement(string Program, string Package)
{
    public static readonly Requirement Wrk = new("wrk", "wrk");
    public static readonly Requirement Nginx = new("nginx", "nginx-light");
    public static readonly Requirement Npm = new("npm", "npm");
    public static readonly Requirement Node = new("node", "nodejs");

    /// <summary>Installs the package when the program is missing, and says so.</summary>
    public async Task EnsureAsync(CancellationToken ct)
    {
        if (IsPresent())
            return;
        await Console.Error.WriteLineAsync($"{Program} is missing: installing the package {Package} with apt-get.");
        try
        {
            await InstallAsync(ct);
        }
        catch (MeasurementException)
        {
            // The list of packages may be old, or empty in a container.
            await UpdateAndInstallAsync(ct);
        }
    }

    async Task UpdateAndInstallAsync(CancellationToken ct)
    {
        try
        {
            await AptGetAsync(["update"], ct);
            await InstallAsync(ct);
        }
        catch (MeasurementException e)
        {
            throw new MeasurementException($"{Program} is missing and could not be installed: {e.Message}", e);
        }
    }

    bool IsPresent() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Program)));

    Task InstallAsync(CancellationToken ct) => AptGetAsync(["install", "--yes", "--no-install-recommends", Package], ct);

    static async Task AptGetAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var command = new Command("apt-get", arguments)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" },
        };
        await ChildProcess.RunAsync(command, TimeSpan.FromMinutes(10), ct);
    }
}
