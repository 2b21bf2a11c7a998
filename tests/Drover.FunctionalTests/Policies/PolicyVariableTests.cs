using System.Net;

namespace Drover.FunctionalTests.Policies;

/// <summary>The variables of a program that names no policy itself, in a process of its own.</summary>
public sealed class PolicyVariableTests
{
    private const string Drover = "DROVER_SCHED_POLICY";
    private const string Node = "NODE_CLUSTER_SCHED_POLICY";

    [Theory]
    [InlineData("round-robin", null, null)]
    [InlineData("least-loaded", "least-loaded", null)]
    [InlineData("sticky", "Sticky", "none")]
    [InlineData("shared", "shared", "rr")]
    [InlineData("shared", null, "none")]
    [InlineData("round-robin", null, "rr")]
    [InlineData("round-robin", null, "whatever")]
    public async Task The_variables_name_the_policy(string expected, string? drover, string? node)
    {
        await using var program = Start(drover, node);

        var line = await program.LineAsync("Listening on 127.0.0.1:");
        Assert.EndsWith($"({expected})", line, StringComparison.Ordinal);
        var port = int.Parse(line.Split(':')[^1].Split(' ')[0]);
        Assert.Contains(await Client.ReadAllAsync(new IPEndPoint(IPAddress.Loopback, port)), (string[])["1", "2"]);
    }

    [Fact]
    public async Task A_policy_that_does_not_exist_is_one_clear_line_and_no_start()
    {
        await using var program = Start("leest-loaded", null);

        Assert.Equal(2, await program.ExitAsync());
        Assert.Equal(
            ["! drover: DROVER_SCHED_POLICY: There is no scheduling policy 'leest-loaded'. Known: round-robin, least-loaded, sticky, shared; did you mean 'least-loaded'?"],
            program.Lines);
    }

    private static RunningProgram Start(string? drover, string? node) =>
        RunningProgram.Start(TestPrograms.TestWorker, ["RunSayId"], (Drover, drover), (Node, node), ("DROVER_WORKERS", "2"));
}
