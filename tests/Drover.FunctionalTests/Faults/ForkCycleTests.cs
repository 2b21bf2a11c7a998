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

    /// <summary>A primary that says "before" and "after" with its descriptors, threads, zombies and memory.</summary>
    private sealed class PrimaryInOwnProcess : IAsyncDisposable
    {
        private readonly SampleProgram _program;

        internal PrimaryInOwnProcess(params string[] args) => _program = new SampleProgram("Drover.TestWorker", args);

        internal async Task CompareAsync(int descriptors, int threads, long bytes)
        {
            var before = Parse((await _program.LinesAsync("before "))[0]);
            var after = Parse((await _program.LinesAsync("after "))[0]);
            Assert.Equal(0, await _program.ExitCodeAsync());

            Assert.True(after.Descriptors <= before.Descriptors + descriptors, $"descriptors: {before.Descriptors} -> {after.Descriptors}");
            Assert.True(after.Threads <= before.Threads + threads, $"threads: {before.Threads} -> {after.Threads}");
            Assert.True(after.Bytes <= before.Bytes + bytes, $"private memory: {before.Bytes} -> {after.Bytes}");
            Assert.Equal(0, after.Children);
        }

        public ValueTask DisposeAsync()
        {
            _program.Dispose();
            return ValueTask.CompletedTask;
        }

        private static (long Descriptors, long Threads, long Bytes, long Children) Parse(string line)
        {
            var numbers = line.Split(' ').Skip(1).Select(long.Parse).ToArray();
            return (numbers[0], numbers[1], numbers[2], numbers[3]);
        }
    }
}
