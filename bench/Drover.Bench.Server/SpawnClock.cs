using System.Diagnostics;

namespace Drover.Bench.Server;

/// <summary>From <c>Fork()</c> to the listening event of a Kestrel worker, one worker after the other; prints <c>result MS</c> for each.</summary>
static class SpawnClock
{
    public static async Task RunAsync(Arguments arguments)
    {
        if (Cluster.IsWorker)
        {
            await HelloServer.WorkAsync(arguments);
            return;
        }

        var listening = NewSignal();
        Cluster.OnListening += (_, _) => Volatile.Read(ref listening).TrySetResult(Stopwatch.GetTimestamp());
        for (var left = arguments.Integer("--count"); left > 0; left--)
        {
            Volatile.Write(ref listening, NewSignal());
            var start = Stopwatch.GetTimestamp();
            var worker = Cluster.Fork();
            var elapsed = Stopwatch.GetElapsedTime(start, await listening.Task);
            Console.WriteLine($"result {elapsed.TotalMilliseconds}");
            worker.Kill(Signal.SIGKILL);
            await Cluster.WaitForExitAsync();
        }
    }

    static TaskCompletionSource<long> NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
