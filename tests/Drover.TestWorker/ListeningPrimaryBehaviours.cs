using System.Net;
using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.TestWorker;

/// <summary>Programs that are primaries themselves, for what cannot be done to the test's own process.</summary>
[Behaviours]
internal static class ListeningPrimaryBehaviours
{
    /// <summary>The one-line form: a cluster of <see cref="BasicBehaviours.SayId"/>.</summary>
    public static Task<int> RunSayId(string[] args) => Cluster.RunAsync(["RunSayId"], _ => BasicBehaviours.SayId([]));

    /// <summary>Forks a commanded worker, lets it listen on the port, and says "listen: " with the port or the error. POLICY PORT PROGRAM [ARGS].</summary>
    public static async Task<int> ListenOnce(string[] args)
    {
        await using var primary = new ClusterPrimary(new ClusterSettings { SchedulingPolicy = args[0], Program = args[2], Arguments = args[3..] });
        var worker = primary.Fork();
        var result = await worker.InvokeAsync<WorkerCommand, CommandResult>(new WorkerCommand("listen") { Port = int.Parse(args[1]) });
        Console.WriteLine($"listen: {result.Error ?? result.Port.ToString()}");
        await primary.DisconnectAsync();
        return worker.ExitCode ?? 1;
    }

    /// <summary>
    /// Takes every descriptor that this process may have, connects a client to its own worker, gives the descriptors back when the word
    /// comes on standard input, and says what the client got.
    /// </summary>
    public static async Task<int> AcceptFail(string[] args)
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        await using var primary = new ClusterPrimary(new ClusterSettings { Arguments = ["SayId"] }, loggers);
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        primary.OnListening += (_, address) => port.TrySetResult(address.Port);
        primary.Fork();
        var endPoint = new IPEndPoint(IPAddress.Loopback, await port.Task);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var word = Console.In;

        var taken = new List<FileStream>();
        try
        {
            while (true) taken.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read));
        }
        catch (IOException)
        {
            // The descriptor table is full.
        }

        client.Connect(endPoint);
        await word.ReadLineAsync();
        taken.ForEach(t => t.Dispose());
        using var reader = new StreamReader(new NetworkStream(client));
        Console.WriteLine($"answer: {await reader.ReadLineAsync()}");
        await primary.DisconnectAsync();
        return 0;
    }
}
