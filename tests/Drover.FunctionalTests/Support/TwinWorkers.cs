namespace Drover.FunctionalTests.Support;

/// <summary>Workers with one behaviour in two languages: a method of Drover.TestWorker, and the function of the same name that twins.js has.</summary>
internal static class TwinWorkers
{
    internal const string CSharp = CommandedWorkers.CSharp;
    internal const string Node = CommandedWorkers.Node;

    internal static TestCluster Cluster(string kind, string behaviour, params string[] args) => new(settings => Program(settings, kind, behaviour, args));

    internal static void Program(ClusterSettings settings, string kind, string behaviour, params string[] args)
    {
        settings.Program = Program(kind);
        settings.Arguments = [behaviour, .. args];
    }

    internal static string Program(string kind) => kind == Node ? TestPrograms.Node("twins.js") : TestPrograms.TestWorker;

    internal static Worker Fork(this TestCluster cluster, string kind, string behaviour, params string[] args) =>
        cluster.Primary.Fork(settings => Program(settings, kind, behaviour, args));
}
