namespace Drover.Tests.Scheduling;

public class SchedulingPoliciesTests
{
    [Theory]
    [InlineData("round-robin", "round-robin", typeof(RoundRobinPolicy))]
    [InlineData("rr", "round-robin", typeof(RoundRobinPolicy))]
    [InlineData(" Round-Robin\n", "round-robin", typeof(RoundRobinPolicy))]
    [InlineData("LEAST-LOADED", "least-loaded", typeof(LeastLoadedPolicy))]
    [InlineData("sticky", "sticky", typeof(StickyPolicy))]
    [InlineData("shared", "shared", null)]
    [InlineData("None", "shared", null)]
    public void A_name_finds_its_policy(string written, string canonical, Type? type)
    {
        var resolved = SchedulingPolicies.Resolve(written);
        Assert.Equal(canonical, resolved.Name);
        Assert.Equal(type, resolved.Create?.Invoke().GetType());
        if (resolved.Create is not null)
        {
            Assert.Equal(canonical, resolved.Create().Name);
            Assert.NotSame(resolved.Create(), resolved.Create());
        }
    }

    [Theory]
    [InlineData("round-robbin", "round-robin")]
    [InlineData("roundrobin", "round-robin")]
    [InlineData("Round_Robin", "round-robin")]
    [InlineData("least-load", "least-loaded")]
    [InlineData("stiky", "sticky")]
    [InlineData("shraed", "shared")]
    public void A_typo_is_answered_with_the_name_that_was_meant(string written, string meant)
    {
        var error = Assert.Throws<ArgumentException>(() => SchedulingPolicies.Resolve(written));
        Assert.StartsWith($"There is no scheduling policy '{written}'. Known: round-robin, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(", least-loaded, sticky, shared", error.Message, StringComparison.Ordinal);
        Assert.Contains($"did you mean '{meant}'?", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("rrr")]
    [InlineData("random")]
    public void A_name_that_resembles_none_gets_no_guess(string written)
    {
        var error = Assert.Throws<ArgumentException>(() => SchedulingPolicies.Resolve(written));
        Assert.DoesNotContain("did you mean", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rr\r\nevil")]
    [InlineData("a\u2028b\u0085c\u2029d\0")]
    public void The_message_is_one_line_whatever_was_written(string written)
    {
        var error = Assert.Throws<ArgumentException>(() => SchedulingPolicies.Resolve(written));
        Assert.DoesNotContain(error.Message, c => "\r\n\u2028\u2029\u0085\0".Contains(c, StringComparison.Ordinal));
    }

    [Fact]
    public void A_registered_policy_is_found_listed_and_suggested()
    {
        SchedulingPolicies.Register("Tests.Always-First", static () => new AlwaysFirst());

        var resolved = SchedulingPolicies.Resolve("tests.always-first");
        Assert.Equal("Tests.Always-First", resolved.Name);
        Assert.IsType<AlwaysFirst>(resolved.Create!());

        var error = Assert.Throws<ArgumentException>(() => SchedulingPolicies.Resolve("tests.always-frist"));
        Assert.Contains("shared, Tests.Always-First", error.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'Tests.Always-First'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_later_of_two_policies_of_one_name_counts()
    {
        SchedulingPolicies.Register("tests.twice", static () => new RoundRobinPolicy());
        SchedulingPolicies.Register("Tests.Twice", static () => new AlwaysFirst());
        Assert.Equal("Tests.Twice", SchedulingPolicies.Resolve("tests.twice").Name);
        Assert.IsType<AlwaysFirst>(SchedulingPolicies.Resolve("tests.twice").Create!());
    }

    [Theory]
    [InlineData("Sticky")]
    [InlineData("rr")]
    [InlineData("none")]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    public void A_taken_or_unwritable_name_cannot_be_registered(string name) =>
        Assert.Throws<ArgumentException>(() => SchedulingPolicies.Register(name, static () => new AlwaysFirst()));

    [Theory]
    [InlineData(null, null, "round-robin")]
    [InlineData(null, "none", "shared")]
    [InlineData(null, "rr", "round-robin")]
    [InlineData(null, "NONE", "round-robin")]
    [InlineData(null, "shared", "round-robin")]
    [InlineData(null, "gibberish", "round-robin")]
    [InlineData("", "none", "shared")]
    [InlineData("  ", "none", "shared")]
    [InlineData("sticky", "none", "sticky")]
    [InlineData("RR", "none", "round-robin")]
    [InlineData("none", "rr", "shared")]
    public void The_default_comes_from_the_environment(string? drover, string? node, string expected) =>
        Assert.Equal(expected, SchedulingPolicies.Default(drover, node).Name);

    [Fact]
    public void A_wrong_variable_is_an_error_that_names_it()
    {
        var error = Assert.Throws<ArgumentException>(() => SchedulingPolicies.Default("stiky", "rr"));
        Assert.StartsWith("DROVER_SCHED_POLICY: There is no scheduling policy 'stiky'.", error.Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'sticky'?", error.Message, StringComparison.Ordinal);
    }

    private sealed class AlwaysFirst : SchedulingPolicy
    {
        public override string Name => "Tests.Always-First";

        public override int Pick(in IncomingConnection connection, ReadOnlySpan<WorkerLoad> workers) => 0;
    }
}
