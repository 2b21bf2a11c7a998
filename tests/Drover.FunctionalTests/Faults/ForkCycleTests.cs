namespace Drover.FunctionalTests.Faults;

public sealed class ForkCycleTests
{
    private const long AllowedGrowthBytes = 16 * 1024 * 1024;
    private const int AllowedDescriptors = 4;
    private const int AllowedThreads = 8;

    [Fact]
    public async Task A_thousand_workers_that_come_and_go_leave_nothing_behind()
    {
        await using var primary = new PrimaryInOwnProcess("ForkCycles", "/bin/true", "1000");

        await primary.CompareAsync(AllowedDescriptors, AllowedThreads, AllowedGrowthBytes);
    }

    [Fact]
    public async Task Real_workers_that_listen_and_disconnect_leave_nothing_behind()
    {
        await using var primary = new PrimaryInOwnProcess("ForkCycles", TestPrograms.TestWorker, "40");

        await primary.CompareAsync(AllowedDescriptors, AllowedThreads, AllowedGrowthBytes);
    }

    [Fact]
    public async Task Node_workers_that_listen_and_disconnect_leave_nothing_behind()
    {
        await using var primary = new PrimaryInOwnProcess("ForkCycles", TestPrograms.Node("http-id.js"), "40");

        await primary.CompareAsync(AllowedDescriptors, AllowedThreads, AllowedGrowthBytes);
    }
}
