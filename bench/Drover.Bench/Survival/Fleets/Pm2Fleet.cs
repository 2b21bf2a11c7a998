using System.Diagnostics;
using System.Globalization;
using Drover.Bench.Processes;
using Drover.Bench.Survival.Clients;

namespace Drover.Bench.Survival.Fleets;

/// <summary>PM2 in cluster mode, with a home directory, and so a daemon, of its own.</summary>
sealed class Pm2Fleet : Fleet
{
    static readonly TimeSpan LongestCommand = TimeSpan.FromSeconds(45);

    readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("drover-bench-pm2-");
    int _daemon;

    Pm2Fleet(int workers)
        : base(FreePort.Pick(), workers)
    {
    }

    static string Program => Path.Combine(Repository.Pm2, "node_modules", "pm2", "bin", "pm2");

    public static async Task EnsureAsync(CancellationToken ct)
    {
        await Requirement.Npm.EnsureAsync(ct);
        if (File.Exists(Program))
            return;
        await Console.Error.WriteLineAsync("PM2 is missing: npm ci installs what bench/pm2/package-lock.json lists.");
        var command = new Command("npm", "ci", "--prefix", Repository.Pm2, "--no-audit", "--no-fund", "--loglevel=error");
        await ChildProcess.RunAsync(command, TimeSpan.FromMinutes(5), ct);
    }

    public static async Task<Fleet> StartAsync(int workers, CancellationToken ct)
    {
        await EnsureAsync(ct);
        var fleet = new Pm2Fleet(workers);
        try
        {
            await fleet.RunAsync(ct, "start", Repository.NodeScript("survive-app.js"), "-i", $"{workers}", "--name", "survive");
            await Capacity.WaitAsync(fleet.Port, workers, gone: 0, Stopwatch.GetTimestamp(), ct);
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    public override Task ReloadAsync(CancellationToken ct) => RunAsync(ct, "reload", "survive");

    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_daemon != 0)
                await RunAsync(CancellationToken.None, "kill");
        }
        catch (MeasurementException e)
        {
            await Console.Error.WriteLineAsync($"pm2 kill: {e.Message}");
        }
        finally
        {
            Offspring.KillOrphansOf(_daemon);
            _home.Delete(recursive: true);
        }
    }

    async Task RunAsync(CancellationToken ct, params IReadOnlyList<string> arguments)
    {
        var lines = new List<string>();
        var command = new Command("node", [Program, .. arguments])
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["PM2_HOME"] = _home.FullName,
                ["PM2_DISABLE_VERSION_CHECK"] = "true",
                ["PORT"] = $"{Port}",
            },
        };
        await using var cli = ChildProcess.Start(command, lines.Add);
        var code = await cli.WaitForExitAsync(LongestCommand, ct);
        AdoptDaemon();
        if (code != 0)
            throw new MeasurementException($"pm2 {arguments[0]} exited with {code}: {string.Join('\n', lines.TakeLast(6))} {cli.Errors}");
    }

    /// <summary>The command line starts the daemon and leaves it behind; it is not to be ended with it.</summary>
    void AdoptDaemon()
    {
        var file = Path.Combine(_home.FullName, "pm2.pid");
        if (_daemon != 0 || !File.Exists(file))
            return;
        _daemon = int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
        Offspring.Add(_daemon);
    }
}
