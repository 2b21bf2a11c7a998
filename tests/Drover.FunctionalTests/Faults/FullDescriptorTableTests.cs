namespace Drover.FunctionalTests.Faults;

public sealed class FullDescriptorTableTests
{
    private const int Flood = 300;

    [Fact]
    public async Task A_primary_without_descriptors_says_so_and_serves_everybody_later()
    {
        var folder = Directory.CreateTempSubdirectory("drover-claims-").FullName;
        await using var primary = PrimaryProcess.Run("workers=2", $"ClaimSlowly 0 3 {folder}");
        var port = await primary.ListeningAsync(2);
        PrimaryProcess.LeaveDescriptors(primary.ProcessId, 20);

        var answers = Enumerable.Range(0, Flood).Select(i => AskAsync(port, $"{i}")).ToArray();
        var warning = await primary.LineAsync("Cannot accept connections");
        var all = await Task.WhenAll(answers);

        Assert.Contains("raise the limit on open files", warning);
        Assert.Equal(Enumerable.Range(0, Flood).Select(i => $"answer {i}"), all);
        Assert.DoesNotContain(primary.Lines, l => l.Contains("fault of Drover", StringComparison.Ordinal));
        Assert.True(primary.Lines.Count(l => l.Contains("Cannot accept", StringComparison.Ordinal)) <= 3, primary.Describe());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_worker_that_ends_while_the_primary_has_no_descriptors_is_replaced_when_it_has_some_again()
    {
        await using var primary = PrimaryProcess.Run("workers=2", "Converse");
        var port = await primary.ListeningAsync(2);
        PrimaryProcess.LeaveDescriptors(primary.ProcessId, 1);

        // What the dead worker occupied is not enough for its successor's channel, hand-off socket and watch, with both ends open for a moment.
        PrimaryProcess.Kill(primary.WorkerProcessIds[0], Signal.SIGKILL);
        await primary.LineAsync("No worker could be started");
        PrimaryProcess.SetDescriptorLimit(primary.ProcessId, 1000);

        await primary.ListeningAsync(3);
        using var client = await FaultClient.ConnectAsync(port);
        Assert.EndsWith(" hello", await client.AskAsync("hello"));
        Assert.DoesNotContain(primary.Lines, l => l.Contains("fault of Drover", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("C#")]
    [InlineData("Node")]
    public async Task Connections_of_a_worker_without_descriptors_go_to_another(string kind)
    {
        const int clients = 60;
        await using var cluster = kind == "Node" ? TestCluster.OfScript("converse.js") : TestCluster.OfBehaviour("Converse");
        var (workers, port) = await cluster.ForkListeningAsync(2);

        // Both have served before, so that nothing is loaded any more that would need a descriptor itself.
        for (var i = 0; i < 4; i++)
        {
            using var first = await FaultClient.ConnectAsync(port);
            Assert.EndsWith(" first", await first.AskAsync("first"));
        }

        PrimaryProcess.LeaveDescriptors(workers[0].ProcessId, kind == "Node" ? 3 : 19);
        var open = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => FaultClient.ConnectAsync(port)));
        var answers = await cluster.WithinDeadline(Task.WhenAll(open.Select(c => c.AskAsync("hello"))), "an answer for everybody");

        Assert.All(answers, a => Assert.EndsWith(" hello", a));
        var byFull = answers.Count(a => a!.StartsWith("1 ", StringComparison.Ordinal));
        Assert.True(byFull is > 0 and < 10, $"the worker with room for 3 took {byFull}\n{cluster.Describe()}");
        foreach (var client in open) client.Dispose();

        // With room again it takes its share again.
        PrimaryProcess.SetDescriptorLimit(workers[0].ProcessId, 1000);
        await FaultClient.UntilAnsweredByAsync(cluster, port, "1");
        Assert.True(workers.All(w => w.IsConnected), cluster.Describe());
        Assert.DoesNotContain(cluster.LogLines, l => l.Contains("fault of Drover", StringComparison.Ordinal));
    }

    private static async Task<string?> AskAsync(int port, string question)
    {
        using var client = await FaultClient.ConnectAsync(port);
        _ = await client.SendAsync(question);
        Assert.Equal("claimed", await client.LineAsync());
        return await client.LineAsync();
    }
}
