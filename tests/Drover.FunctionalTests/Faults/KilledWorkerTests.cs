using System.Collections.Concurrent;

namespace Drover.FunctionalTests.Faults;

public sealed class KilledWorkerTests
{
    private const int Kills = 20;
    private const int Clients = 60;
    private const int MostAtOnce = 4;

    [Theory]
    [InlineData("C#")]
    [InlineData("Node")]
    public async Task Killing_workers_loses_no_connection_that_none_of_them_had_claimed(string kind)
    {
        var folder = Directory.CreateTempSubdirectory("drover-claims-").FullName;
        try
        {
            await using var cluster = new TestCluster(settings =>
            {
                settings.Program = kind == "Node" ? TestPrograms.Node("claim-slowly.js") : TestPrograms.TestWorker;
                settings.Arguments = kind == "Node" ? ["0", "5", folder] : ["ClaimSlowly", "0", "5", folder];
                settings.Restart = new RestartPolicy { MaxRestarts = 1000, InitialDelay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) };
            });
            var (_, port) = await cluster.ForkListeningAsync(2);

            using var stop = new CancellationTokenSource();
            var outcomes = new ConcurrentBag<Outcome>();
            var clients = Enumerable.Range(0, Clients).Select(i => Task.Run(() => KeepAskingAsync(port, i, outcomes, stop.Token))).ToArray();
            for (var kill = 0; kill < Kills; kill++)
            {
                // Never the last one, and never before both have something to lose.
                var before = outcomes.Count;
                await cluster.UntilAsync(
                    () => outcomes.Count >= before + 30 && cluster.Primary.Workers.Values.Count(w => w.State == WorkerState.Listening) == 2,
                    $"two workers at work before kill {kill}");
                var victim = cluster.Primary.Workers.Values.Where(w => w.State == WorkerState.Listening).ElementAt(kill % 2);
                await StopBetweenClaimsAsync(cluster, victim, Path.Combine(folder, victim.ProcessId.ToString()));
                victim.Kill(Signal.SIGKILL);
                await cluster.EventAsync($"exit {victim.Id} SIGKILL");
            }

            await stop.CancelAsync();
            await cluster.WithinDeadline(Task.WhenAll(clients), "the clients' last answers");

            var answered = outcomes.Count(o => o == Outcome.Answered);
            var lostClaimed = outcomes.Count(o => o == Outcome.LostAfterClaim);
            var lostUnclaimed = outcomes.Count(o => o == Outcome.LostUnclaimed);
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{kind}: {Kills} kills, {answered} answered, {lostClaimed} lost after their claim, {lostUnclaimed} lost without");
            Assert.True(lostUnclaimed == 0, $"{lostUnclaimed} unclaimed connections were lost\n{cluster.Describe()}");
            Assert.True(lostClaimed <= Kills * MostAtOnce, $"{lostClaimed} connections were lost after {Kills} kills");
            Assert.True(answered >= Kills * 30 - lostClaimed, $"only {answered} answers");
            Assert.DoesNotContain(cluster.LogLines, l => l.Contains("fault of Drover", StringComparison.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // A kill in the middle of a claim says nothing: the worker owns the connection, and the client does not know yet.
    private static async Task StopBetweenClaimsAsync(TestCluster cluster, Worker worker, string state)
    {
        for (var turn = 0; turn < 1000; turn++)
        {
            worker.Kill(Signal.SIGSTOP);
            await cluster.UntilAsync(() => IsStopped(worker.ProcessId), $"{worker} to stop");
            if (await File.ReadAllTextAsync(state) == "w") return;
            worker.Kill(Signal.SIGCONT);
            await Task.Delay(1);
        }

        Assert.Fail($"{worker} never waits between two claims\n{cluster.Describe()}");
    }

    private static bool IsStopped(int pid) => Directory.GetDirectories($"/proc/{pid}/task").All(thread =>
    {
        var stat = File.ReadAllText(Path.Combine(thread, "stat"));
        return stat[stat.LastIndexOf(')') + 2] == 'T';
    });

    private static async Task KeepAskingAsync(int port, int number, ConcurrentBag<Outcome> outcomes, CancellationToken stop)
    {
        for (var turn = 0; !stop.IsCancellationRequested; turn++) outcomes.Add(await AskOnceAsync(port, $"{number}/{turn}"));
    }

    private static async Task<Outcome> AskOnceAsync(int port, string question)
    {
        using var client = await FaultClient.ConnectAsync(port);
        _ = await client.SendAsync(question);
        if (await client.LineAsync() is not { } first) return Outcome.LostUnclaimed;
        Assert.Equal("claimed", first);
        if (await client.LineAsync() is not { } answer) return Outcome.LostAfterClaim;
        Assert.Equal("answer " + question, answer);

        // Nobody else may say anything on it.
        Assert.Null(await client.LineAsync());
        return Outcome.Answered;
    }

    private enum Outcome
    {
        Answered,
        LostAfterClaim,
        LostUnclaimed,
    }
}
