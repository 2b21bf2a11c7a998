namespace Drover.FunctionalTests;

public sealed class FirstLightTests
{
    [Fact]
    public async Task Workers_share_a_port_and_take_turns()
    {
        await using var cluster = TestCluster.OfBehaviour("SayId");
        var (_, port) = await cluster.ForkListeningAsync(2);

        var answers = new List<string>();
        for (var i = 0; i < 4; i++) answers.Add((await cluster.ReadAllAsync(port)).Trim());

        Assert.Equal(["1", "1", "2", "2"], answers.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_unmodified_Node_script_serves_on_the_same_primary()
    {
        await using var cluster = TestCluster.OfScript("http-id.js");
        var (workers, port) = await cluster.ForkListeningAsync(2);

        using var client = new HttpClient();
        client.DefaultRequestHeaders.ConnectionClose = true;
        var answers = new List<string>();
        for (var i = 0; i < 4; i++) answers.Add(await client.GetStringAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken));

        Assert.Equal(workers.Select(w => w.Id.ToString()).Order(), answers.Distinct().Order());
        Assert.Equal(2, answers.Count(a => a == "1"));
    }

    [Fact]
    public async Task Kestrel_serves_on_the_shared_port()
    {
        await using var cluster = TestCluster.OfBehaviour("Web");
        var (_, port) = await cluster.ForkListeningAsync(2);

        using var client = new HttpClient();
        client.DefaultRequestHeaders.ConnectionClose = true;
        var answers = new List<string>();
        for (var i = 0; i < 4; i++) answers.Add(await client.GetStringAsync($"http://127.0.0.1:{port}/", TestContext.Current.CancellationToken));

        Assert.Equal(2, answers.Count(a => a == "1"));
        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "a graceful end");
        Assert.Contains("exit 1 0", cluster.Events);
    }
}
