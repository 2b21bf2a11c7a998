using System.Net;
using System.Text;

namespace Drover.TestWorker;

[Behaviours]
internal static class ConnectionBehaviours
{
    /// <summary>Answers every line of every connection with its worker id and the line, for as long as the client likes.</summary>
    public static async Task<int> Converse(string[] args)
    {
        await using var listener = await ListenAsync(args);
        while (await listener.AcceptAsync() is { } connection) _ = ConverseAsync(connection);
        await Cluster.WaitForExitAsync();
        return 0;
    }

    /// <summary>
    /// Claims one connection every few milliseconds (second argument), says "claimed" to the client at once, then answers one line and
    /// closes. In the folder (third argument) a file named by the process number holds "w" while the worker waits between two claims: who
    /// kills it then knows that no claim was half done.
    /// </summary>
    public static async Task<int> ClaimSlowly(string[] args)
    {
        var pause = TimeSpan.FromMilliseconds(int.Parse(args[1]));
        using var state = File.OpenHandle(Path.Combine(args[2], Environment.ProcessId.ToString()), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        await using var listener = await ListenAsync(args);
        while (true)
        {
            RandomAccess.Write(state, "c"u8, 0);
            if (await listener.AcceptAsync() is not { } connection) break;
            await connection.Stream.WriteAsync("claimed\n"u8.ToArray());
            RandomAccess.Write(state, "w"u8, 0);
            _ = AnswerOneAsync(connection);
            Thread.Sleep(pause);
        }

        await Cluster.WaitForExitAsync();
        return 0;
    }

    private static Task<ClusterTcpListener> ListenAsync(string[] args) =>
        ClusterTcpListener.ListenAsync(new IPEndPoint(IPAddress.Loopback, args.Length > 0 ? int.Parse(args[0]) : 0));

    private static async Task ConverseAsync(ClusterConnection connection)
    {
        try
        {
            await using (connection)
            {
                using var reader = new StreamReader(connection.Stream);
                while (await reader.ReadLineAsync() is { } line) await connection.Stream.WriteAsync(Encoding.UTF8.GetBytes($"{Cluster.Worker!.Id} {line}\n"));
            }
        }
        catch (IOException)
        {
            // The client left without a farewell.
        }
    }

    private static async Task AnswerOneAsync(ClusterConnection connection)
    {
        try
        {
            await using (connection)
            {
                using var reader = new StreamReader(connection.Stream);
                if (await reader.ReadLineAsync() is { } line) await connection.Stream.WriteAsync(Encoding.UTF8.GetBytes($"answer {line}\n"));
            }
        }
        catch (IOException)
        {
            // The client left without a farewell.
        }
    }
}
