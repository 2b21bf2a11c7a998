namespace Drover.FunctionalTests.Reload;

internal static class ReloadCalls
{
    /// <summary>Reloads, and waits until the events of it have been raised.</summary>
    internal static async Task<ReloadResult> ReloadAsync(this TestCluster cluster, ReloadOptions? options = null)
    {
        var result = await cluster.WithinDeadline(cluster.Primary.ReloadAsync(options), "the reload");
        await cluster.UntilAsync(
            () => cluster.Events.Count(e => e.StartsWith("fork ", StringComparison.Ordinal)) - cluster.Events.Count(e => e.StartsWith("exit ", StringComparison.Ordinal))
                == cluster.Primary.Workers.Count,
            "the events of the reload");
        return result;
    }

    /// <summary>A probe that holds up a reload until it is told to succeed, and says when it is asked.</summary>
    internal static (ReloadOptions Options, Task<Worker> Asked, TaskCompletionSource<bool> Answer) Held()
    {
        var asked = new TaskCompletionSource<Worker>(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = new ReloadOptions
        {
            ReadinessProbe = (worker, _) =>
            {
                asked.TrySetResult(worker);
                return answer.Task;
            },
        };
        return (options, asked.Task, answer);
    }
}
