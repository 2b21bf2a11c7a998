namespace Drover.FunctionalTests.Support;

/// <summary>A primary that says "before" and "after" with its descriptors, threads, zombies and memory.</summary>
internal sealed class PrimaryInOwnProcess : IAsyncDisposable
{
    private readonly SampleProgram _program;

    internal PrimaryInOwnProcess(params string[] args) => _program = new SampleProgram("Drover.TestWorker", args);

    internal async Task CompareAsync(int descriptors, int threads, long bytes, TimeSpan? deadline = null)
    {
        var before = Parse((await _program.LinesAsync("before "))[0]);
        var after = Parse((await _program.LinesAsync("after ", deadline: deadline))[0]);
        Assert.Equal(0, await _program.ExitCodeAsync());

        Assert.True(after.Descriptors <= before.Descriptors + descriptors, $"descriptors: {before.Descriptors} -> {after.Descriptors}");
        Assert.True(after.Threads <= before.Threads + threads, $"threads: {before.Threads} -> {after.Threads}");
        Assert.True(after.Bytes <= before.Bytes + bytes, $"private memory: {before.Bytes} -> {after.Bytes}");
        Assert.Equal(before.Children, after.Children);
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
