using Drover.Scheduling;
using FsCheck;
using FsCheck.Fluent;

namespace Drover.Tests.Scheduling;

public class NearestNameTests
{
    [Fact]
    public void A_name_is_near_when_at_most_one_letter_in_three_is_wrong() =>
        Prop.ForAll(Gen.Shuffle(Enumerable.Range(0, 12)).Zip(Gen.Choose(0, 12)).ToArbitrary(), mistakes =>
        {
            var (order, wrong) = mistakes;
            const string Name = "abcdefghijkl";
            var written = Name.ToCharArray();
            foreach (var index in order.Take(wrong))
                written[index] = '*';

            return NearestName.Find(new string(written), [Name]) == (wrong <= 4 ? Name : null);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("sticky", "sticky")]
    [InlineData("STICKY", "sticky")]
    [InlineData("sticky-", "sticky")]
    [InlineData("ticky", "sticky")]
    [InlineData("stacks", "stack")]
    [InlineData("stank", "stack")]
    [InlineData("st", null)]
    [InlineData("", null)]
    public void The_nearest_of_several_names_is_found(string written, string? expected) =>
        Assert.Equal(expected, NearestName.Find(written, ["sticky", "stack", "state"]));
}
