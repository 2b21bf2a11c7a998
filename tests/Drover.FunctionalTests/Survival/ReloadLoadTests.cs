namespace Drover.FunctionalTests.Survival;

public sealed class ReloadLoadTests
{
    private const int Reloads = 50;

    [Fact]
    public async Task Fifty_reloads_in_a_row_lose_no_request()
    {
        RequestKind[] kinds =
        [
            .. Enumerable.Repeat(RequestKind.Get, 20), .. Enumerable.Repeat(RequestKind.Post, 5), .. Enumerable.Repeat(RequestKind.NewConnection, 5), RequestKind.LongGet,
        ];
        await using var load = await CountedLoad.StartAsync(seed: 1, workers: 2, clients: 20, kinds);

        for (var i = 0; i < Reloads; i++)
        {
            var result = await load.Cluster.WithinDeadline(load.Cluster.Primary.ReloadAsync(), $"reload {i + 1}");
            Assert.True(result.IsComplete, $"reload {i + 1}: {result.Failure}");
        }

        await load.CheckAsync(killed: []);
    }

    [Fact]
    public async Task A_client_that_asks_again_at_once_is_answered_while_its_connection_moves()
    {
        await using var cluster = TestCluster.OfBehaviour("Survivor", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(2);
        using var stop = new CancellationTokenSource();
        var connections = await KeptConnection.OpenManyAsync(port, 30);
        var clients = connections.Select(async connection =>
        {
            var answers = 0;
            for (; !stop.IsCancellationRequested; answers++) await connection.GetAsync("/");
            return answers;
        }).ToArray();

        for (var i = 0; i < 4; i++) Assert.True((await cluster.WithinDeadline(cluster.Primary.ReloadAsync(), "a reload")).IsComplete);
        await stop.CancelAsync();

        Assert.All(await cluster.WithinDeadline(Task.WhenAll(clients), "the last answers"), answers => Assert.True(answers > 10));
        foreach (var connection in connections) connection.Dispose();
    }

    [Fact]
    public async Task A_large_upload_and_a_large_download_are_finished_by_the_worker_that_began_them()
    {
        const int megabytes = 100;
        await using var load = await CountedLoad.StartAsync(seed: 2, workers: 2, clients: 4, [RequestKind.Get]);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{load.Port}"), Timeout = TestCluster.Deadline };
        using var download = await http.GetAsync($"/download?id=down&megabytes={megabytes}", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        var reload = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var upload = http.PostAsync("/work?id=up&ms=0", new HeldContent(megabytes * 1024 * 1024, reload.Task), TestContext.Current.CancellationToken);
        await load.Cluster.UntilAsync(() => load.HasBegun("up"), "the begin of the upload");

        var reloading = load.Cluster.Primary.ReloadAsync();
        await load.Cluster.LogAsync("is Draining");
        reload.SetResult();

        Assert.Equal($"up {megabytes * 1024 * 1024}", await (await load.Cluster.WithinDeadline(upload, "the upload")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(megabytes * 1024 * 1024, (await download.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
        Assert.True((await load.Cluster.WithinDeadline(reloading, "the reload")).IsComplete);
        await load.CheckAsync(killed: []);
    }
}
