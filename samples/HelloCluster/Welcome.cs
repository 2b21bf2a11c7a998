using Drover;

namespace HelloCluster;

/// <summary>Says what to try, once every worker listens.</summary>
internal static class Welcome
{
    internal static void Show(ClusterPrimary cluster)
    {
        var shown = false;
        cluster.OnListening += (_, address) =>
        {
            if (shown || cluster.Workers.Values.Any(worker => worker.State != WorkerState.Listening)) return;
            shown = true;
            var victim = cluster.Workers.Values.First().ProcessId;
            Console.WriteLine($"""

                {cluster.Workers.Count} workers listen on http://localhost:{address.Port}. Try, in another terminal:

                  while true; do curl -s localhost:{address.Port}; sleep .2; done
                  kill -9 {victim}      a worker dies, another one takes its place
                  kill -HUP {Environment.ProcessId}     all workers are replaced, one by one

                Ctrl-C ends it: running requests are finished first.

                """);
        };
    }
}
