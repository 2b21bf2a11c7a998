namespace Drover.Tests.Workers;

public class ReloadOptionsTests
{
    [Fact]
    public void Values_that_make_no_sense_are_refused_by_name()
    {
        AssertRefused(new ReloadOptions { MaxSurge = -1 }, "ReloadOptions.MaxSurge must not be negative.");
        AssertRefused(new ReloadOptions { MaxUnavailable = -1 }, "ReloadOptions.MaxUnavailable must not be negative.");
        AssertRefused(new ReloadOptions { MaxSurge = 0 }, "ReloadOptions.MaxSurge and MaxUnavailable must not both be zero: nothing could be replaced.");
        AssertRefused(new ReloadOptions { ReadyTimeout = TimeSpan.Zero }, "ReloadOptions.ReadyTimeout must be more than zero.");
        AssertRefused(new ReloadOptions { SettleTime = TimeSpan.FromTicks(-1) }, "ReloadOptions.SettleTime must not be negative.");
    }

    [Fact]
    public void The_copy_does_not_change_with_the_original()
    {
        var options = new ReloadOptions { MaxSurge = 3 };
        var copy = options.CheckedCopy();
        options.MaxSurge = 4;

        Assert.Equal(3, copy.MaxSurge);
    }

    private static void AssertRefused(ReloadOptions options, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentOutOfRangeException>(options.CheckedCopy).Message, StringComparison.Ordinal);
}
