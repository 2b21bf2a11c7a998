using System.Net;
using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Scheduling;

public class StickyPolicyTests
{
    private static readonly Gen<byte[]> Addresses = Gen.OneOf(
        Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(4),
        Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf(16));

    private static readonly Gen<int[]> WorkerIds = Gen.Choose(1, 1000).NonEmptyListOf().Select(ids => ids.Distinct().ToArray());

    [Fact]
    public void The_same_address_gets_the_same_worker_whatever_happened_before() =>
        Prop.ForAll(Addresses.Zip(Addresses.ListOf()).ToArbitrary(), WorkerIds.ToArbitrary(), (addresses, ids) =>
        {
            var (address, others) = addresses;
            var workers = Loads.Idle(ids);
            var policy = new StickyPolicy();
            foreach (var other in others)
                policy.PickId(workers, other);

            return policy.PickId(workers, address) == new StickyPolicy().PickId(workers, address);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_worker_that_goes_moves_its_own_clients_only() =>
        Prop.ForAll(Addresses.NonEmptyListOf().ToArbitrary(), WorkerIds.Where(ids => ids.Length > 1).ToArbitrary(), (addresses, ids) =>
        {
            var policy = new StickyPolicy();
            var (before, after) = (Loads.Idle(ids), Loads.Idle(ids[1..]));
            return addresses.All(address =>
                policy.PickId(before, address) == ids[0] || policy.PickId(before, address) == policy.PickId(after, address));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    public void Neighbouring_addresses_are_spread_evenly(int workerCount)
    {
        const int Clients = 8000;
        var policy = new StickyPolicy();
        var workers = Loads.Idle(Enumerable.Range(1, workerCount));

        foreach (var counts in (IEnumerable<ILookup<int, int>>)
        [
            Enumerable.Range(0, Clients).ToLookup(i => policy.PickId(workers, 10, 0, (byte)(i >> 8), (byte)i)),
            Enumerable.Range(0, Clients).ToLookup(i => policy.PickId(workers, InOneIPv6Network(i))),
        ])
        {
            // At least five standard deviations of a random choice. The input is fixed, so this passes always or never.
            var share = Clients / workerCount;
            Assert.All(workers, worker => Assert.InRange(counts[worker.WorkerId].Count(), share * 0.85, share * 1.15));
        }
    }

    [Fact]
    public void Where_a_client_goes_is_the_same_in_every_process()
    {
        var policy = new StickyPolicy();
        var workers = Loads.Idle(1, 2, 3, 4);

        // Fixed expectations: a changed hash would move every client when a primary is replaced by a newer one.
        var picks = string.Concat(Enumerable.Range(0, 24).Select(i => policy.PickId(workers, 192, 0, 2, (byte)i)));
        Assert.Equal("411411233133434431231224", picks);
    }

    [Fact]
    public void An_ipv4_client_stays_with_its_worker_on_a_dual_stack_socket()
    {
        var policy = new StickyPolicy();
        var workers = Loads.Idle(Enumerable.Range(1, 16));

        for (var i = 0; i < 64; i++)
        {
            var address = IPAddress.Parse($"198.51.100.{i}");
            Assert.Equal(
                policy.PickId(workers, address.GetAddressBytes()),
                policy.PickId(workers, address.MapToIPv6().GetAddressBytes()));
        }
    }

    [Fact]
    public void Connections_without_an_address_go_round()
    {
        var policy = new StickyPolicy();
        var workers = Loads.Idle(1, 2, 3);
        Assert.Equal([1, 2, 3, 1], Enumerable.Range(0, 4).Select(_ => policy.PickId(workers)));
    }

    private static byte[] InOneIPv6Network(int host) =>
        [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)(host >> 8), (byte)host];
}
