namespace Drover.Samples.FromNode;

internal static class Messages
{
    internal static async Task<int> RunAsync(string[] args)
    {
        // <snippet>
        if (Cluster.IsPrimary)
        {
            Cluster.OnMessage += (worker, message) => Console.WriteLine($"From worker {worker.Id}: {message}");
            var worker = Cluster.Fork();
            worker.OnMessage<UserCreated>(_ => worker.SendAsync(new Welcome("Hello, worker")));
        }
        else
        {
            Cluster.Worker!.OnMessage<Welcome>(welcome => Console.WriteLine($"From the primary: {welcome.Text}"));
            await Cluster.Worker.SendAsync(new UserCreated("User Created"));
        }

        await Cluster.WaitForExitAsync();
        // </snippet>
        return 0;
    }

    // <snippet>
    private sealed record UserCreated(string Message);

    private sealed record Welcome(string Text);
    // </snippet>
}
