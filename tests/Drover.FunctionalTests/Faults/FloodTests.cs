using System.Diagnostics;

namespace Drover.FunctionalTests.Faults;

public sealed class FloodTests
{
    // Client sockets and the primary's copies are in this one process; the limit of open files here is at least twice as many.
    private const int Clients = 5000;

    [Theory]
    [InlineData("C#")]
    [InlineData("Node")]
    public async Task Five_thousand_connections_at_once_are_all_answered(string kind)
    {
        await using var cluster = kind == "Node" ? TestCluster.OfScript("converse.js") : TestCluster.OfBehaviour("Converse");
        var (_, port) = await cluster.ForkListeningAsync(2);

        var began = Stopwatch.GetTimestamp();
        var clients = await cluster.WithinDeadline(Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => FaultClient.ConnectAsync(port))), "all connected");
        var answers = await cluster.WithinDeadline(Task.WhenAll(clients.Select((c, i) => c.AskAsync($"{i}"))), "all answers");
        TestContext.Current.TestOutputHelper!.WriteLine($"{kind}: {Clients} connections open at once and answered in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.00} s");

        for (var i = 0; i < Clients; i++) Assert.EndsWith($" {i}", answers[i]);
        foreach (var worker in new[] { "1", "2" }) Assert.InRange(answers.Count(a => a!.StartsWith(worker + " ", StringComparison.Ordinal)), Clients / 4, Clients * 3 / 4);
        foreach (var client in clients) client.Dispose();
        Assert.DoesNotContain(cluster.LogLines, l => l.StartsWith("Error", StringComparison.Ordinal) || l.StartsWith("Warning", StringComparison.Ordinal));
    }
}
