using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Drover.FunctionalTests.Support;

/// <summary>
/// A cluster for one test. Everything that it waits for has a deadline; when one passes, the failure tells the workers' states, the
/// open descriptors and the last lines of the log.
/// </summary>
internal sealed class TestCluster : IAsyncDisposable
{
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly ListLoggerFactory _log = new();
    private readonly ConcurrentQueue<string> _events = new();

    internal TestCluster(Action<ClusterSettings>? configure = null)
    {
        var settings = new ClusterSettings { DrainTimeout = TimeSpan.FromSeconds(5) };
        configure?.Invoke(settings);
        Primary = new ClusterPrimary(settings, _log);
        Primary.OnFork += worker => _events.Enqueue($"fork {worker.Id}");
        Primary.OnOnline += worker => _events.Enqueue($"online {worker.Id}");
        Primary.OnListening += (worker, address) => _events.Enqueue($"listening {worker.Id} {address.Port}");
        Primary.OnDisconnect += worker => _events.Enqueue($"disconnect {worker.Id}");
        Primary.OnExit += (worker, code, signal) => _events.Enqueue($"exit {worker.Id} {code?.ToString() ?? signal?.ToString()}");
    }

    internal ClusterPrimary Primary { get; }

    /// <summary>What has happened so far: "fork 1", "online 1", "listening 1 8080", "disconnect 1", "exit 1 0", "exit 1 SIGKILL".</summary>
    internal IReadOnlyCollection<string> Events => _events;

    internal IReadOnlyList<string> LogLines => _log.Lines;

    /// <summary>A cluster of C# workers that run a behaviour of Drover.TestWorker.</summary>
    internal static TestCluster OfBehaviour(string behaviour, params string[] args) => new(settings =>
    {
        settings.Program = TestPrograms.TestWorker;
        settings.Arguments = [behaviour, .. args];
    });

    /// <summary>A cluster of Node workers that run a script of tests/node.</summary>
    internal static TestCluster OfScript(string script, params string[] args) => new(settings =>
    {
        settings.Program = TestPrograms.Node(script);
        settings.Arguments = [.. args];
    });

    /// <summary>Forks workers and waits until each listens; returns them and the port of the first one's first server.</summary>
    internal async Task<(IReadOnlyList<Worker> Workers, int Port)> ForkListeningAsync(int count, Action<ClusterSettings>? configure = null)
    {
        var workers = new List<Worker>();
        var ports = new ConcurrentDictionary<int, TaskCompletionSource<int>>();
        void Listening(Worker worker, ListeningAddress address) => ports.GetOrAdd(worker.Id, _ => NewSource<int>()).TrySetResult(address.Port);
        Primary.OnListening += Listening;
        for (var i = 0; i < count; i++) workers.Add(Primary.Fork(configure ?? (_ => { })));
        foreach (var worker in workers) await WithinDeadline(ports.GetOrAdd(worker.Id, _ => NewSource<int>()).Task, $"{worker} listening");
        Primary.OnListening -= Listening;
        return (workers, await ports[workers[0].Id].Task);
    }

    /// <summary>The result of a task, or a failure that tells the state of everything.</summary>
    internal async Task<T> WithinDeadline<T>(Task<T> task, string what)
    {
        await WithinDeadline((Task)task, what);
        return await task;
    }

    internal async Task WithinDeadline(Task task, string what)
    {
        try
        {
            await task.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Not within {Deadline.TotalSeconds:0} s: {what}\n{Describe()}");
        }
    }

    /// <summary>Waits until an event (see <see cref="Events"/>) has been raised.</summary>
    internal Task EventAsync(string text) => UntilAsync(() => _events.Contains(text), "the event " + text);

    /// <summary>Waits until the log has a line that contains this.</summary>
    internal Task LogAsync(string part) => UntilAsync(() => LogLines.Any(l => l.Contains(part, StringComparison.Ordinal)), "a log line with " + part);

    /// <summary>Waits for a condition that has no event to wait for, looking often; fails at the deadline.</summary>
    internal Task UntilAsync(Func<bool> condition, string what) => UntilAsync(() => Task.FromResult(condition()), what);

    /// <inheritdoc cref="UntilAsync(Func{bool}, string)"/>
    internal async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var until = TimeProvider.System.GetTimestamp() + (long)(Deadline.TotalSeconds * TimeProvider.System.TimestampFrequency);
        while (!await condition())
        {
            if (TimeProvider.System.GetTimestamp() > until) Assert.Fail($"Not within {Deadline.TotalSeconds:0} s: {what}\n{Describe()}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Connects to 127.0.0.1 and reads everything until the server closes.</summary>
    internal Task<string> ReadAllAsync(int port) => WithinDeadline(ReadAsync(port), $"an answer on port {port}");

    internal string Describe()
    {
        var text = new StringBuilder("workers:\n");
        foreach (var worker in Primary.Workers.Values)
            text.AppendLine($"  {worker}: {worker.State}, connected {worker.IsConnected}, dead {worker.IsDead}, {DescribeProcess(worker.ProcessId)}");
        text.AppendLine("events: " + string.Join(", ", _events));
        text.AppendLine($"descriptors of the primary: {Directory.GetFiles("/proc/self/fd").Length}");
        text.AppendLine("last log lines:");
        foreach (var line in LogLines.TakeLast(20)) text.AppendLine("  " + line);
        return text.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Primary.Workers.Values) worker.Kill(Signal.SIGKILL);
        await WithinDeadline(Primary.DisposeAsync().AsTask(), "the end of the cluster");
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string DescribeProcess(int pid)
    {
        try
        {
            return File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("State:", StringComparison.Ordinal))
                + $", {Directory.GetFiles($"/proc/{pid}/fd").Length} descriptors";
        }
        catch (IOException)
        {
            return "no process";
        }
    }

    private static async Task<string> ReadAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }
}
