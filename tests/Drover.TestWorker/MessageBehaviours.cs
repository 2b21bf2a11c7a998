using System.Net;
using Drover.TestWorker.Commands;

namespace Drover.TestWorker;

/// <summary>What workers say; each has a twin of the same name in tests/node/twins/messages.js.</summary>
[Behaviours]
internal static class MessageBehaviours
{
    private static Worker Self => Cluster.Worker!;

    public static async Task<int> TellDirectory(string[] args)
    {
        await Self.SendAsync(Environment.CurrentDirectory);
        await Self.DisconnectAsync();
        return 0;
    }

    public static async Task<int> TellEnvironment(string[] args)
    {
        await Self.SendAsync(args.Select(Environment.GetEnvironmentVariable).ToArray());
        await Cluster.WaitForExitAsync();
        return 0;
    }

    public static async Task<int> TellArguments(string[] args)
    {
        await Self.SendAsync(args);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    public static async Task<int> TellConnected(string[] args)
    {
        var stillConnected = false;
        Self.Disconnect += () => stillConnected = Self.IsConnected;
        await Self.SendAsync($"connected {(Self.IsConnected ? "true" : "false")}");
        await Cluster.WaitForExitAsync();
        return stillConnected || Self.IsConnected ? 1 : 0;
    }

    public static async Task<int> TellDead(string[] args)
    {
        await Self.SendAsync($"dead {(Self.IsDead ? "true" : "false")}");
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Standard output and standard error, and the end of standard input.</summary>
    public static async Task<int> Print(string[] args)
    {
        Console.WriteLine("to output");
        await Console.Error.WriteLineAsync("to error");
        await Console.In.ReadToEndAsync();
        Console.WriteLine("end of input");
        await Self.SendAsync("printed");
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Sends strings and numbers back.</summary>
    public static async Task<int> Echo(string[] args)
    {
        using var texts = Self.OnMessage<string>(text => Self.SendAsync(text));
        using var numbers = Self.OnMessage<int>(number => Self.SendAsync(number));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Sees every message twice: as an event and by its type.</summary>
    public static async Task<int> HearTwice(string[] args)
    {
        var raw = new TaskCompletionSource<string>();
        var typed = new TaskCompletionSource<string>();
        Self.Message += message => raw.TrySetResult(message.As<string>()!);
        using var _ = Self.OnMessage<string>(text => typed.TrySetResult(text));
        await Self.SendAsync("ready");
        return await raw.Task == await typed.Task ? 2 : 3;
    }

    /// <summary>Says over TCP what it has heard over the channel, and the other way round.</summary>
    public static async Task<int> HearAndTell(string[] args)
    {
        var heard = new TaskCompletionSource<string>();
        using var _ = Self.OnMessage<string>(text => heard.TrySetResult(text));
        await using var listener = await ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, 0));
        await using var connection = await listener.AcceptAsync();
        await Self.SendAsync("message from worker");
        await using var writer = new StreamWriter(connection!.Stream) { NewLine = "\n" };
        await writer.WriteLineAsync($$"""{"code":"received message","echo":"{{await heard.Task}}"}""");
        await writer.FlushAsync();
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Numbers, and an answer to whoever asks whether all have been sent.</summary>
    public static async Task<int> Count(string[] args)
    {
        for (var i = 0; i < int.Parse(args[0]); i++) await Self.SendAsync(i);
        using var _ = Self.OnRequest<string, string>((_, _) => ValueTask.FromResult("all sent"));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Answers divisions, and asks the primary for what it is told to.</summary>
    public static async Task<int> AnswerRequests(string[] args)
    {
        using var divisions = Self.OnRequest<Division, Quotient>((division, _) => ValueTask.FromResult(division.Divide()));
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>Asks the primary.</summary>
    public static async Task<int> AskForQuotient(string[] args)
    {
        foreach (var division in (Division[])[new(12, 4), new(1, 0)])
        {
            string answer;
            try
            {
                answer = (await Self.InvokeAsync<Division, Quotient>(division)).Value.ToString();
            }
            catch (RemoteInvocationException exception)
            {
                answer = exception.Message;
            }

            await Self.SendAsync($"answer {division.B}: {answer}");
        }

        await Cluster.WaitForExitAsync();
        return 0;
    }
}
