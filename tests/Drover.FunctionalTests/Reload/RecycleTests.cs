namespace Drover.FunctionalTests.Reload;

public sealed class RecycleTests
{
    private const long Megabyte = 1024 * 1024;

    [Fact]
    public async Task A_worker_that_uses_too_much_memory_is_replaced()
    {
        await using var cluster = Cluster(new RecyclePolicy { MaxMemoryBytes = 300 * Megabyte, Jitter = 0 }, "Swell", "400");
        var (_, port) = await cluster.ForkListeningAsync(1);

        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());

        await ReplacedAsync(cluster, 1, 2, "it uses 4");
        Assert.Equal("2", (await cluster.ReadAllAsync(port)).Trim());
    }

    [Fact]
    public async Task Workers_that_are_too_old_are_replaced_one_at_a_time()
    {
        await using var cluster = Cluster(new RecyclePolicy { MaxAge = TimeSpan.FromSeconds(2) }, "SayId");
        await cluster.ForkListeningAsync(2);

        await ReplacedAsync(cluster, 1, 3, "it has lived for ");
        await ReplacedAsync(cluster, 2, 4, "it has lived for ");

        var (count, least, most) = (0, int.MaxValue, 0);
        foreach (var text in cluster.Events)
        {
            if (text.StartsWith("fork ", StringComparison.Ordinal)) count++;
            if (text.StartsWith("exit ", StringComparison.Ordinal)) least = Math.Min(least, --count);
            most = Math.Max(most, count);
        }

        Assert.Equal((2, 3), (least, most));
    }

    [Fact]
    public async Task A_worker_that_has_begun_its_number_of_requests_is_replaced()
    {
        await using var cluster = Cluster(new RecyclePolicy { MaxRequests = 5, Jitter = 0 }, "WebApp", "http://127.0.0.1:0");
        var (_, port) = await cluster.ForkListeningAsync(1);
        using var http = Web.KeepAlive(port);

        for (var i = 0; i < 5; i++) Assert.Equal("1", await http.GetStringAsync("", TestContext.Current.CancellationToken));

        await ReplacedAsync(cluster, 1, 2, "it has begun 5 requests");
        Assert.Equal("2", await http.GetStringAsync("", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_worker_whose_successor_fails_stays()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings => settings.Recycle = new RecyclePolicy { MaxAge = TimeSpan.FromSeconds(2) });
        var (_, port) = await cluster.ForkListeningAsync(1);
        program.Install("exit 3");

        await cluster.LogAsync("stays for now: new worker 2");

        Assert.Equal("1", (await cluster.ReadAllAsync(port)).Trim());
        Assert.Equal([1], cluster.Primary.Workers.Keys);
    }

    [Fact]
    public async Task A_reload_does_not_wait_for_a_worker_that_is_being_recycled()
    {
        using var program = new VersionedProgram();
        await using var cluster = program.Cluster(settings => settings.Recycle = new RecyclePolicy { MaxAge = TimeSpan.FromSeconds(3), Jitter = 0 });
        await cluster.ForkListeningAsync(1);
        program.Install("exec sleep 600");
        await cluster.EventAsync("fork 2");
        cluster.Primary.SetupPrimary(settings => settings.Recycle = null);
        program.InstallBehaviour("SayId");

        var result = await cluster.ReloadAsync();

        Assert.True(result.IsComplete, result.ToString());
        Assert.Equal([3], cluster.Primary.Workers.Keys);
    }

    private static TestCluster Cluster(RecyclePolicy policy, params string[] behaviour)
    {
        var cluster = TestCluster.OfBehaviour(behaviour[0], behaviour[1..]);
        cluster.Primary.SetupPrimary(settings => settings.Recycle = policy);
        return cluster;
    }

    private static async Task ReplacedAsync(TestCluster cluster, int old, int successor, string reason)
    {
        await cluster.EventAsync($"exit {old} 0");
        Assert.Contains(cluster.Events, e => e.StartsWith($"listening {successor} ", StringComparison.Ordinal));
        await cluster.LogAsync(reason);
    }
}
