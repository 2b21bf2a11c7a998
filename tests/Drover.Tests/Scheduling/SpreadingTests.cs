using Drover.Scheduling;

namespace Drover.Tests.Scheduling;

public sealed class SpreadingTests
{
    [Theory]
    [InlineData(new[] { 100, 100, 0 })]
    [InlineData(new[] { 1000, 0 })]
    [InlineData(new[] { 64, 64, 64, 0 })]
    [InlineData(new[] { 5000, 100, 0, 0, 17 })]
    public void Connections_become_even_in_the_end_and_stay_so(int[] connections)
    {
        var rounds = 0;
        while (Move(connections) > 0) Assert.True(++rounds < 300);

        Assert.True(connections.Max() - connections.Min() <= Math.Max(8, connections.Max() / 5), string.Join(' ', connections));
    }

    [Theory]
    [InlineData(10, 10, 1)]
    [InlineData(50, 100, 2)]
    [InlineData(53, 100, 2)]
    [InlineData(0, 100, 2)]
    [InlineData(0, 0, 3)]
    public void Nobody_gives_who_has_his_share_or_a_little_more(int has, int total, int workers) => Assert.Equal(0, Spreading.ToGive(has, total, workers));

    [Fact]
    public void Few_are_given_at_once() => Assert.Equal(64, Spreading.ToGive(100_000, 100_000, 2));

    // As the primary does it: each goes to the worker that has the fewest.
    private static int Move(int[] connections)
    {
        var total = connections.Sum();
        var gifts = connections.Select(has => Spreading.ToGive(has, total, connections.Length)).ToArray();
        for (var i = 0; i < gifts.Length; i++)
        {
            connections[i] -= gifts[i];
            for (var gift = 0; gift < gifts[i]; gift++) connections[Array.IndexOf(connections, connections.Min())]++;
        }

        return gifts.Sum();
    }
}
