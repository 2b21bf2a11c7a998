using Drover.Bench.Processes;

namespace Drover.Bench;

/// <summary>A program that the benchmark needs, and the Debian package that brings it.</summary>
sealed record Requirement(string Program, string Package)
{
    public static readonly Requirement Wrk = new("wrk", "wrk");
    public static readonly Requirement Node = new("node", "nodejs");

    /// <summary>Installs the package when the program is missing, and says so.</summary>
    public async Task EnsureAsync(CancellationToken ct)
    {
        if (IsPresent())
            return;
        await Console.Error.WriteLineAsync($"{Program} is missing: installing the package {Package} with apt-get.");
        if (!await TryInstallAsync(ct))
        {
            await AptGetAsync(["update"], ct);
            await TryInstallAsync(ct);
        }

        if (!IsPresent())
            throw new MeasurementException($"{Program} is missing and could not be installed: run apt-get install {Package} as root.");
    }

    bool IsPresent() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, Program)));

    async Task<bool> TryInstallAsync(CancellationToken ct)
    {
        try
        {
            await AptGetAsync(["install", "--yes", "--no-install-recommends", Package], ct);
            return true;
        }
        catch (MeasurementException)
        {
            return false;
        }
    }

    static async Task AptGetAsync(IReadOnlyList<string> arguments, CancellationToken ct)
    {
        var command = new Command("apt-get", arguments)
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DEBIAN_FRONTEND"] = "noninteractive" },
        };
        await ChildProcess.RunAsync(command, TimeSpan.FromMinutes(10), ct);
    }
}
