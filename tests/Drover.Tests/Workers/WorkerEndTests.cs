using Drover.Workers;

namespace Drover.Tests.Workers;

public class WorkerEndTests
{
    [Theory]
    [InlineData(0, null, "code 0")]
    [InlineData(1, null, "code 1")]
    [InlineData(134, null, "code 134 (SIGABRT)")]
    [InlineData(128, null, "code 128")]
    [InlineData(129, null, "code 129 (SIGHUP)")]
    [InlineData(159, null, "code 159 (SIGSYS)")]
    [InlineData(160, null, "code 160")]
    [InlineData(255, null, "code 255")]
    [InlineData(null, 9, "signal SIGKILL")]
    [InlineData(null, 34, "signal 34")]
    public void An_end_is_described_by_code_or_signal(int? code, int? signal, string expected) =>
        Assert.Equal(expected, new WorkerEnd(code, (Signal?)signal).ToString());
}
