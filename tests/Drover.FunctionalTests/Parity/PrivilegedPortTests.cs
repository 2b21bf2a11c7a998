namespace Drover.FunctionalTests.Parity;

/// <summary>The primary binds, so it is the primary that has to be somebody without privileges: a process of its own.</summary>
public sealed class PrivilegedPortTests
{
    private const int PrivilegedPort = 42;

    [Theory(DisplayName = "bind-privileged-port, shared-handle-bind-privileged-port: EACCES of the primary's bind reaches the worker")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_primary_without_privileges_is_denied_the_port(string kind, string policy)
    {
        var firstFree = int.Parse(await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_unprivileged_port_start", TestContext.Current.CancellationToken));
        Assert.SkipWhen(firstFree <= PrivilegedPort, "This system lets everybody bind every port, so there is nothing to be denied.");
        string[] program = kind == CommandedWorkers.Node ? [TestPrograms.Node("commanded.js")] : [TestPrograms.TestWorker, "Commanded"];
        string[] command = [TestPrograms.TestWorker, "ListenOnce", policy, PrivilegedPort.ToString(), .. program];
        if (Environment.IsPrivilegedProcess) command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. command];

        await using var primary = RunningProgram.Start(command[0], command[1..]);

        Assert.Equal("listen: EACCES", await primary.LineAsync("listen: "));
        Assert.Equal(0, await primary.ExitAsync());
    }
}
