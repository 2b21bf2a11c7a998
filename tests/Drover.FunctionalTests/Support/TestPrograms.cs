namespace Drover.FunctionalTests.Support;

/// <summary>Where the programs are that tests fork.</summary>
internal static class TestPrograms
{
    internal static string Root { get; } = FindRoot();

    /// <summary>The C# program whose first argument names a behaviour.</summary>
    internal static string TestWorker { get; } =
        Path.Combine(Root, "artifacts", "bin", "Drover.TestWorker", Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory + "x"))!, "Drover.TestWorker");

    /// <summary>A script in tests/node.</summary>
    internal static string Node(string script) => Path.Combine(Root, "tests", "node", script);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Drover.slnx"))) directory = directory.Parent!;
        return directory.FullName;
    }
}
