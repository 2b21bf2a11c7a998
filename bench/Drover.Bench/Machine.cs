using System.Globalization;
using System.Runtime.InteropServices;
using Drover.Bench.Processes;

namespace Drover.Bench;

/// <summary>What the numbers were measured on.</summary>
/// <param name="Load">The load average of the last minute when the benchmark began: above 0.5, somebody else was at work.</param>
sealed record Machine(
    string Cpu, int Cores, long MemoryBytes, string Kernel, string Distribution, string DotNet, string Node, string Wrk, string? Commit, DateTime Date, double Load)
{
    public static async Task<Machine> DescribeAsync(CancellationToken ct) => new(
        FieldOf("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        long.Parse((FieldOf("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture) * 1024,
        (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", ct)).Trim(),
        RuntimeInformation.OSDescription,
        Environment.Version.ToString(),
        await VersionAsync("node", "--version", ct),
        await VersionAsync("wrk", "--version", ct),
        await Repository.CommitAsync(ct),
        DateTime.UtcNow,
        double.Parse((await File.ReadAllTextAsync("/proc/loadavg", ct)).Split(' ')[0], CultureInfo.InvariantCulture));

    /// <summary>Two lines for the head of a report.</summary>
    public IEnumerable<string> Lines()
    {
        yield return $"{Cpu}, {Cores} cores, {MemoryBytes >> 30} GB, {Distribution}, Linux {Kernel}";
        yield return $".NET {DotNet}, Node {Node}, wrk {Wrk}, commit {Commit ?? "unknown"}, {Date:yyyy-MM-dd HH:mm} UTC";
        if (Load > 0.5)
            yield return $"The machine was not idle at the start: load average {Load}. Take the numbers with care.";
    }

    static string? FieldOf(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':') + 1)..].Trim()
            : null;

    static async Task<string> VersionAsync(string program, string argument, CancellationToken ct)
    {
        try
        {
            // wrk prints its version and exits with 1.
            var lines = new List<string>();
            await using var child = ChildProcess.Start(new Command(program, argument), lines.Add);
            await child.WaitForExitAsync(TimeSpan.FromSeconds(10), ct);
            return lines[0].Split(' ') is ["wrk", var version, ..] ? version[(version.IndexOf('/') + 1)..] : lines[0].TrimStart('v');
        }
        catch (Exception e) when (e is MeasurementException or ArgumentOutOfRangeException)
        {
            return "missing";
        }
    }
}
