using System.Text.Json;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Support;

/// <summary>A primary of real Node, whose workers may be C# programs.</summary>
internal sealed class NodePrimary : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly RunningProgram _program;
    private int _forked;
    private int _requests;

    private NodePrimary(RunningProgram program) => _program = program;

    internal RunningProgram Program => _program;

    /// <param name="policy"><c>rr</c> or <c>none</c>, as Node names its two policies.</param>
    internal static NodePrimary Start(string policy) => new(RunningProgram.StartNode("primary.js", policy));

    /// <summary>Forks a behaviour of the C# test worker, and returns its id.</summary>
    internal Task<int> ForkAsync(string behaviour, params string[] args) => ForkProgramAsync(TestPrograms.TestWorker + ".dll", [behaviour, .. args]);

    internal async Task<int> ForkProgramAsync(string program, params string[] args)
    {
        await _program.WriteLineAsync($"fork {program} {string.Join(' ', args)}".TrimEnd());
        return ++_forked;
    }

    internal async Task<CommandResult> DoAsync(int worker, WorkerCommand command)
    {
        await _program.LineAsync($"online {worker} ");
        await _program.WriteLineAsync($"request {worker} {JsonSerializer.Serialize(command, Json)}");
        var prefix = $"answer {++_requests} ";
        var line = await _program.LineAsync(prefix);
        return JsonSerializer.Deserialize<CommandResult>(line[prefix.Length..], Json)!;
    }

    internal Task DisconnectAsync(int worker) => _program.WriteLineAsync($"disconnect {worker}");

    /// <summary>The port of a worker's first server, when Node's listening event has come.</summary>
    internal async Task<int> ListeningAsync(int worker) => int.Parse((await _program.LineAsync($"listening {worker} ")).Split(' ')[3]);

    /// <summary>"exit ID CODE EXITED-AFTER-DISCONNECT", when it has come.</summary>
    internal Task<string> ExitAsync(int worker) => _program.LineAsync($"exit {worker} ");

    public ValueTask DisposeAsync() => _program.DisposeAsync();
}
