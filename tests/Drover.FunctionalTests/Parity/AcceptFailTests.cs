namespace Drover.FunctionalTests.Parity;

public sealed class AcceptFailTests
{
    [Fact(DisplayName = "accept-fail: an accept that fails stops nothing: the connection waits and is served later")]
    public async Task A_connection_waits_while_the_primary_has_no_descriptors()
    {
        await using var primary = RunningProgram.Start("prlimit", ["--nofile=400:400", TestPrograms.TestWorker, "AcceptFail"]);

        await primary.LineAsync("Cannot accept connections on 127.0.0.1:");
        await primary.WriteLineAsync("release");

        Assert.Equal("answer: 1", await primary.LineAsync("answer: "));
        Assert.Equal(0, await primary.ExitAsync());
    }
}
