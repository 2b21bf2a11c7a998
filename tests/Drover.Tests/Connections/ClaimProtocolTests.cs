using Drover.Tests.Connections.Model;

namespace Drover.Tests.Connections;

/// <summary>
/// The claim protocol, in every order of its steps: two workers, two requests, a death at any moment, a worker that hangs and wakes up,
/// a connection that is given back. And that a protocol with any one of its rules broken does not pass.
/// </summary>
public sealed class ClaimProtocolTests
{
    [Fact]
    public void Nobody_touches_what_is_not_his_and_nothing_is_lost_without_a_death()
    {
        var explorer = new Explorer(new Rules());

        Assert.Null(explorer.FindViolation());
        Assert.True(explorer.Worlds > 1000, $"{explorer.Worlds} worlds");
        Assert.True(explorer.Ends > 10, $"{explorer.Ends} ends");
        TestContext.Current.TestOutputHelper!.WriteLine($"{explorer.Worlds} worlds, {explorer.Ends} ends");
    }

    public static TheoryData<string> BrokenRules => [.. typeof(Rules).GetProperties(System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)
        .Where(p => p.PropertyType == typeof(bool)).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public void Each_rule_is_needed(string rule)
    {
        var broken = new Rules();
        typeof(Rules).GetProperty(rule, System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(broken, false);

        var violation = new Explorer(broken).FindViolation();

        Assert.NotNull(violation);
        TestContext.Current.TestOutputHelper!.WriteLine(violation);
    }
}
