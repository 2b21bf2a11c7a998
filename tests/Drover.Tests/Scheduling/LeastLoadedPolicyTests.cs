using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Scheduling;

public class LeastLoadedPolicyTests
{
    private static readonly Gen<WorkerLoad[]> AnyLoads =
        from loads in Gen.Choose(0, 3).Three().NonEmptyListOf()
        select loads.Select((load, i) => Loads.Of(i + 1, load.Item1, load.Item2, load.Item3)).ToArray();

    [Fact]
    public void Least_loaded_never_picks_a_worker_with_strictly_more_load() =>
        Prop.ForAll(AnyLoads.ListOf().ToArbitrary(), rounds =>
        {
            var policy = new LeastLoadedPolicy();
            return rounds.All(workers =>
            {
                var picked = Load(workers[policy.Pick(default, workers)]);
                return workers.All(other => Load(other).CompareTo(picked) >= 0);
            });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Requests_count_before_connections() =>
        Assert.Equal(2, new LeastLoadedPolicy().PickId([Loads.Of(1, requests: 1), Loads.Of(2, requests: 0, open: 100)]));

    [Fact]
    public void Connections_on_their_way_count_like_open_ones()
    {
        Assert.Equal(2, new LeastLoadedPolicy().PickId([Loads.Of(1, open: 1, pending: 2), Loads.Of(2, open: 2)]));
        Assert.Equal(2, new LeastLoadedPolicy().PickId([Loads.Of(1, open: int.MaxValue, pending: 1), Loads.Of(2, open: 2)]));
    }

    [Fact]
    public void Equally_loaded_workers_take_turns()
    {
        var policy = new LeastLoadedPolicy();
        var workers = Loads.Idle(1, 2, 3);

        Assert.Equal([1, 2, 3, 1, 2, 3], Enumerable.Range(0, 6).Select(_ => policy.PickId(workers)));
    }

    [Fact]
    public void A_tie_goes_to_the_worker_that_was_picked_longest_ago()
    {
        var policy = new LeastLoadedPolicy();
        Assert.Equal(1, policy.PickId(Loads.Idle(1, 2, 3)));
        Assert.Equal(3, policy.PickId([Loads.Of(1), Loads.Of(2, requests: 5), Loads.Of(3)]));
        Assert.Equal(2, policy.PickId(Loads.Idle(1, 2, 3)));
        Assert.Equal(1, policy.PickId(Loads.Idle(1, 2, 3)));
    }

    [Fact]
    public void Workers_that_are_gone_are_forgotten()
    {
        var policy = new LeastLoadedPolicy();
        for (var id = 2; id < 10_000; id++)
            policy.PickId([Loads.Of(1, requests: 1), Loads.Of(id)]);

        Assert.InRange(policy.Remembered, 1, 70);
    }

    [Fact]
    public void Workers_that_stay_keep_their_turn_when_others_are_forgotten()
    {
        var policy = new LeastLoadedPolicy();
        Assert.Equal(2, policy.PickId([Loads.Of(1, requests: 1), Loads.Of(2)]));
        Assert.Equal(1, policy.PickId([Loads.Of(1), Loads.Of(2, requests: 1)]));
        for (var id = 3; id < 200; id++)
            policy.PickId([Loads.Of(1, requests: 1), Loads.Of(2, requests: 1), Loads.Of(id)]);

        Assert.Equal(2, policy.PickId(Loads.Idle(1, 2)));
    }

    private static (int Requests, int Connections) Load(WorkerLoad worker) =>
        (worker.RequestsInFlight, worker.OpenConnections + worker.PendingHandOffs);
}
