namespace Drover.FunctionalTests.Policies;

public sealed class OwnPolicyTests
{
    [Theory]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task A_policy_of_the_programs_own_decides(string kind)
    {
        SchedulingPolicies.Register("highest-first", () => new PickPolicy(count => count - 1));
        await using var cluster = CommandedWorkers.Cluster(kind, "Highest-First");
        var (_, endPoint) = await DistributionTests.ListeningAsync(cluster, 3);

        var answers = await DistributionTests.AnswersAsync(endPoint, 20, clients: 1);

        Assert.All(answers, answer => Assert.Equal("3", answer));
    }

    [Theory]
    [InlineData("below", -1, "picked -1 of ")]
    [InlineData("above", 1000, "picked 1000 of ")]
    [InlineData("throws", int.MinValue, "The scheduling policy throws failed")]
    public async Task A_policy_that_picks_nonsense_loses_nothing(string name, int picked, string warning)
    {
        SchedulingPolicies.Register(name, () => new PickPolicy(_ => picked == int.MinValue ? throw new InvalidOperationException("no idea") : picked, name));
        await using var cluster = CommandedWorkers.Cluster(CommandedWorkers.CSharp, name);
        var (_, endPoint) = await DistributionTests.ListeningAsync(cluster, 2);

        var answers = await DistributionTests.AnswersAsync(endPoint, 100, clients: 8);

        Assert.Equal(100, answers.Count);
        Assert.All(answers, answer => Assert.Contains(answer, (string[])["1", "2"]));
        Assert.Single(cluster.LogLines, l => l.Contains(warning, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CommandedWorkers.CSharp)]
    [InlineData(CommandedWorkers.Node)]
    public async Task A_policy_that_cannot_be_made_is_an_error_of_the_listener(string kind)
    {
        SchedulingPolicies.Register("stillborn", () => throw new InvalidOperationException("no idea"));
        await using var cluster = CommandedWorkers.Cluster(kind, "stillborn");

        var refused = await cluster.DoAsync(cluster.Primary.Fork(), new TestWorker.Commands.WorkerCommand("listen"));

        Assert.NotNull(refused.Error);
        await cluster.LogAsync("The scheduling policy stillborn cannot be made");
    }

    private sealed class PickPolicy(Func<int, int> pick, string name = "test") : SchedulingPolicy
    {
        public override string Name => name;

        public override int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers) => pick(workers.Length);
    }
}
