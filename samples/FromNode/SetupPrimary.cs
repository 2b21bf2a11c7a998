namespace Drover.Samples.FromNode;

internal static class SetupPrimary
{
    internal static async Task<int> RunAsync(string[] args)
    {
        var script = args.Length > 0 ? args[0] : "worker.js";

        // <snippet>
        Cluster.SetupPrimary(settings =>
        {
            settings.Program = script;
            settings.Arguments = ["--use", "https"];
            settings.Stdio = WorkerStdio.Pipe;
        });
        Cluster.Fork();                                             // https worker
        Cluster.SetupPrimary(settings => settings.Arguments = ["--use", "http"]);
        Cluster.Fork(settings => settings.Environment["ROLE"] = "spare"); // http worker, with one setting of its own
        // </snippet>
        await Task.WhenAll(Cluster.Workers.Values.Select(async worker =>
        {
            using var output = new StreamReader(worker.Streams!.Output);
            Console.Write(await output.ReadToEndAsync());
        }));
        await Cluster.WaitForExitAsync();
        return 0;
    }
}
