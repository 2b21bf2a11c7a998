using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Scheduling;

public class RoundRobinPolicyTests
{
    [Fact]
    public void Workers_take_turns_in_the_order_of_their_ids()
    {
        var policy = new RoundRobinPolicy();
        var workers = Loads.Idle(1, 2, 3, 4);

        Assert.Equal([1, 2, 3, 4, 1, 2], Enumerable.Range(0, 6).Select(_ => policy.PickId(workers)));
    }

    [Fact]
    public void Round_robin_counts_differ_by_at_most_one() =>
        Prop.ForAll(Gen.Choose(1, 70).Zip(Gen.Choose(0, 500)).ToArbitrary(), shape =>
        {
            var (workerCount, pickCount) = shape;
            var policy = new RoundRobinPolicy();
            var workers = Loads.Idle(Enumerable.Range(5, workerCount));

            var counts = new int[workerCount];
            for (var i = 0; i < pickCount; i++)
                counts[policy.PickId(workers) - 5]++;

            return counts.Max() - counts.Min() <= 1;
        }).QuickCheckThrowOnFailure();

    /// <summary>Each number in the history is one connection, before which it makes one worker leave or join.</summary>
    [Fact]
    public void Round_robin_is_fair_to_those_who_stay_while_others_come_and_go() =>
        Prop.ForAll(Gen.Choose(-10, 10).ListOf().ToArbitrary(), history =>
        {
            var policy = new RoundRobinPolicy();
            int[] staying = [10, 20, 30];
            HashSet<int> ids = [.. staying];
            List<int> picks = [];

            foreach (var change in history)
            {
                var comerOrGoer = Math.Abs(change) * 4 + 1; // before, between and after those who stay
                if (change > 0)
                    ids.Add(comerOrGoer);
                else
                    ids.Remove(comerOrGoer);

                picks.Add(policy.PickId(Loads.Idle(ids)));
                var counts = staying.Select(id => picks.Count(picked => picked == id)).ToArray();
                if (counts.Max() - counts.Min() > 1)
                    return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_leaving_worker_does_not_make_the_next_one_lose_its_turn()
    {
        var policy = new RoundRobinPolicy();
        Assert.Equal(1, policy.PickId(Loads.Idle(1, 2, 3)));
        Assert.Equal(2, policy.PickId(Loads.Idle(2, 3)));
        Assert.Equal(3, policy.PickId(Loads.Idle(3)));
        Assert.Equal(4, policy.PickId(Loads.Idle(3, 4)));
    }
}
