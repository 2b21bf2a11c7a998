using System.Diagnostics;

namespace Drover.Bench.Server;

/// <summary>
/// Messages between a primary and its one worker. sequential: the primary sends, the worker echoes, one message at a time.
/// pipelined: the same with 64 in flight. one-way: the worker sends as fast as the channel takes it, the primary counts what arrives.
/// </summary>
static class Dialogue
{
    public static async Task<int> RunAsync(Arguments arguments)
    {
        var inFlight = arguments.Text("--dialogue") switch
        {
            "sequential" => 1,
            "pipelined" => 64,
            "one-way" => 0,
            var unknown => throw new InvalidOperationException($"Unknown dialogue '{unknown}'."),
        };
        if (Cluster.Worker is not { } self)
            return await MeasureAsync(arguments, inFlight);

        if (inFlight > 0)
            await EchoAsync(self);
        else
            await FloodAsync(self);
        return 0;
    }

    static async Task<int> MeasureAsync(Arguments arguments, int inFlight)
    {
        var conversation = new Conversation();
        var online = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Cluster.OnOnline += _ => online.TrySetResult();
        var worker = Cluster.Fork();
        using var subscription = inFlight > 0
            ? worker.OnMessage<Note>(note => conversation.AnswerAsync(worker, note))
            : worker.OnMessage<Note>(conversation.Count);
        await online.Task;
        for (var i = 0; i < inFlight; i++)
            await conversation.AskAsync(worker);

        await Task.Delay(TimeSpan.FromSeconds(arguments.Number("--warmup")));
        var before = conversation.Received;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(TimeSpan.FromSeconds(arguments.Number("--seconds")));
        var rate = (conversation.Received - before) / Stopwatch.GetElapsedTime(start).TotalSeconds;

        worker.Kill(Signal.SIGKILL);
        await Cluster.WaitForExitAsync();
        if (conversation.Disorder is { } disorder)
        {
            await Console.Error.WriteLineAsync(disorder);
            return 1;
        }

        Console.WriteLine($"result {rate}");
        return 0;
    }

    static async Task EchoAsync(Worker self)
    {
        using var subscription = self.OnMessage<Note>(note => self.SendAsync(note));
        await Task.Delay(Timeout.Infinite);
    }

    static async Task FloodAsync(Worker self)
    {
        for (var id = 0; ; id++)
            await self.SendAsync(Note.Numbered(id));
    }
}
