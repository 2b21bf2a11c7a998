namespace Drover.FunctionalTests.Samples;

public sealed class HelloClusterTests
{
    [Fact]
    public async Task It_says_what_to_try_and_ends_with_0_when_asked()
    {
        using var program = new SampleProgram("HelloCluster", "--urls", "http://127.0.0.1:0");

        await program.LinesAsync("workers listen on http://localhost:");
        program.Send(Signal.SIGTERM);

        Assert.Equal(0, await program.ExitCodeAsync());
        Assert.Contains(program.Lines, l => l.Contains("All workers have ended", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_start_says_in_one_line_for_each_worker_that_the_port_is_taken()
    {
        using var first = new SampleProgram("HelloCluster", "--urls", "http://127.0.0.1:0");
        var port = (await first.LinesAsync("workers listen on http://localhost:"))[0].Split(':')[2].Split('.')[0];
        using var second = new SampleProgram("HelloCluster", "--urls", $"http://127.0.0.1:{port}");

        Assert.Equal(1, await second.ExitCodeAsync());
        Assert.Equal(Environment.ProcessorCount, second.Lines.Count(l => l.Contains($"cannot listen on 127.0.0.1:{port}: the address is in use", StringComparison.Ordinal)));
        Assert.DoesNotContain(second.Lines, l => l.Contains("   at ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("DROVER_WORKERS", "abc", "DROVER_WORKERS is 'abc'; it must be a number from 1 to 1024.")]
    [InlineData("DROVER_WORKERS", "0", "DROVER_WORKERS is '0'; it must be a number from 1 to 1024.")]
    [InlineData("DROVER_SCHED_POLICY", "round-robbin", "There is no scheduling policy 'round-robbin'. Known: round-robin, least-loaded, sticky, shared; did you mean 'round-robin'?")]
    public async Task A_bad_value_from_outside_is_one_line_and_exit_code_2(string variable, string value, string message)
    {
        using var program = new SampleProgram("HelloCluster", new Dictionary<string, string> { [variable] = value });

        Assert.Equal(2, await program.ExitCodeAsync());
        Assert.Contains(message, Assert.Single(program.Lines), StringComparison.Ordinal);
    }
}
