namespace Drover.Tests.Scheduling;

public class SchedulingPolicyAllocationTests
{
    [Theory]
    [InlineData(SchedulingPolicies.RoundRobin)]
    [InlineData(SchedulingPolicies.LeastLoaded)]
    [InlineData(SchedulingPolicies.Sticky)]
    public void A_pick_allocates_nothing(string name)
    {
        var policy = SchedulingPolicies.Resolve(name).Create!();
        var workers = Loads.Idle(Enumerable.Range(1, 16));
        PickMany(policy, workers); // once for the policy to get to know the workers

        var before = GC.GetAllocatedBytesForCurrentThread();
        PickMany(policy, workers);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void PickMany(SchedulingPolicy policy, WorkerLoad[] workers)
    {
        for (var i = 0; i < 1000; i++)
            policy.Pick(new IncomingConnection([10, 0, 0, (byte)i], i), workers);
    }
}
