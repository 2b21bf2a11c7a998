namespace Drover.Samples.FromNode;

internal static class Snippets
{
    internal static IReadOnlyDictionary<string, Func<string[], Task<int>>> All { get; } = new Dictionary<string, Func<string[], Task<int>>>(StringComparer.Ordinal)
    {
        ["fork-per-cpu"] = ForkPerCpu.RunAsync,
        ["web-server"] = WebServer.RunAsync,
        ["restart-on-exit"] = RestartOnExit.RunAsync,
        ["messages"] = Messages.RunAsync,
        ["setup-primary"] = SetupPrimary.RunAsync,
        ["policy"] = Policy.RunAsync,
        ["graceful"] = Graceful.RunAsync,
        ["one-line"] = OneLine.RunAsync,
    };

    internal static int Usage()
    {
        Console.Error.WriteLine("Name a snippet: " + string.Join(", ", All.Keys));
        return 2;
    }
}
