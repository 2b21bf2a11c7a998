using System.Collections.Concurrent;
using System.Diagnostics;

namespace Drover.Workers;

/// <summary>What the installed Node can do.</summary>
internal static class NodeVersion
{
    // Types are stripped without a flag from here on (Node's release notes of 22.18.0 and 23.6.0).
    private static readonly Version FirstOf22 = new(22, 18);
    private static readonly Version FirstOf23 = new(23, 6);
    private static readonly ConcurrentDictionary<string, Version?> Known = new(StringComparer.Ordinal);

    internal static void EnsureRunsTypeScript(string node, string program, IList<string> runtimeArguments)
    {
        // Whoever passes a loader or the flag knows what they do.
        if (runtimeArguments.Any(a => a.Contains("strip-types", StringComparison.Ordinal) || a is "--import" or "--loader" or "-r" or "--require")) return;
        var version = Known.GetOrAdd(node, Ask);
        if (version is null || version >= FirstOf23 || (version.Major == 22 && version >= FirstOf22)) return;
        throw new ClusterException(
            ClusterError.ProgramNotFound,
            $"'{program}' is TypeScript, which {node} (version {version}) does not run: it takes Node 22.18, 23.6 or newer. Compile it to JavaScript or set RuntimePath to a newer Node.");
    }

    private static Version? Ask(string node)
    {
        using var process = Process.Start(new ProcessStartInfo(node, "--version") { RedirectStandardOutput = true, UseShellExecute = false });
        var text = process?.StandardOutput.ReadToEnd().Trim().TrimStart('v') ?? "";
        return Version.TryParse(text, out var version) ? version : null;
    }
}
