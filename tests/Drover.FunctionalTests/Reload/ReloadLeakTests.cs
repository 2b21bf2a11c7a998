namespace Drover.FunctionalTests.Reload;

public sealed class ReloadLeakTests
{
    [Fact]
    public async Task A_hundred_reloads_leave_nothing_behind() => await CompareAsync("100");

    [Fact]
    public async Task A_hundred_reloads_that_fail_leave_nothing_behind() => await CompareAsync("100", "/bin/false");

    private static async Task CompareAsync(params string[] args)
    {
        await using var primary = new PrimaryInOwnProcess(["ReloadCycles", .. args]);
        await primary.CompareAsync(descriptors: 2, threads: 8, bytes: 16 * 1024 * 1024, deadline: TimeSpan.FromMinutes(3));
    }
}
