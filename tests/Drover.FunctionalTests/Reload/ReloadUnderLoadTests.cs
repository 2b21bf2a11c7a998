using System.Collections.Concurrent;

namespace Drover.FunctionalTests.Reload;

public sealed class ReloadUnderLoadTests
{
    private const int Reloads = 20;
    private const int Clients = 8;

    [Fact]
    public async Task Twenty_reloads_in_a_row_fail_no_request()
    {
        await using var cluster = Web.Cluster(Web.Kestrel);
        var (_, port) = await cluster.ForkListeningAsync(2);
        using var stop = new CancellationTokenSource();
        var answers = new ConcurrentDictionary<string, int>();
        var failures = new ConcurrentQueue<Exception>();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(() => KeepAskingAsync(port, answers, failures, stop.Token))).ToArray();

        for (var i = 0; i < Reloads; i++)
        {
            var result = await cluster.ReloadAsync();
            Assert.True(result.IsComplete, $"reload {i}: {result}\n{cluster.Describe()}");
        }

        await stop.CancelAsync();
        await cluster.WithinDeadline(Task.WhenAll(clients), "the last answers");
        Assert.True(failures.IsEmpty, $"{failures.Count} of {answers.Values.Sum() + failures.Count} requests failed, the first with {failures.FirstOrDefault()}\n{cluster.Describe()}");
        Assert.True(answers.Count > Reloads, $"answers of {answers.Count} workers only");
    }

    private static async Task KeepAskingAsync(int port, ConcurrentDictionary<string, int> answers, ConcurrentQueue<Exception> failures, CancellationToken stop)
    {
        using var http = Web.NewConnections(port);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                answers.AddOrUpdate(await http.GetStringAsync("", TestContext.Current.CancellationToken), 1, static (_, count) => count + 1);
            }
            catch (HttpRequestException exception)
            {
                failures.Enqueue(exception);
            }
        }
    }
}
