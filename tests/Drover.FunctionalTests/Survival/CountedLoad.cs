using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Drover.FunctionalTests.Survival;

/// <summary>Many clients against one cluster of the Counted program, and the books of both sides.</summary>
internal sealed class CountedLoad : IAsyncDisposable
{
    private readonly TemporaryFolder _books = new();
    private readonly ConcurrentDictionary<string, Outcome> _outcomes = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _wrong = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly int _seed;
    private Task _clients = Task.CompletedTask;

    private CountedLoad(int seed, Action<ClusterSettings>? configure)
    {
        _seed = seed;
        Cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["Counted", "http://127.0.0.1:0", _books.Path];
            settings.DrainTimeout = TimeSpan.FromSeconds(15);
            settings.Restart = new RestartPolicy { InitialDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero, MaxRestarts = 1000 };
            configure?.Invoke(settings);
        });
    }

    internal TestCluster Cluster { get; }

    internal int Port { get; private set; }

    internal int Answered => _outcomes.Values.Count(o => o == Outcome.Answered);

    internal static async Task<CountedLoad> StartAsync(int seed, int workers, int clients, RequestKind[] kinds, Action<ClusterSettings>? configure = null)
    {
        var load = new CountedLoad(seed, configure);
        (_, load.Port) = await load.Cluster.ForkListeningAsync(workers);
        load._clients = Task.WhenAll(Enumerable.Range(0, clients)
            .Select(i => Task.Run(() => new CountingClient(i, load.Port, seed + i, kinds, load._outcomes, load._wrong).RunAsync(load._stop.Token))));
        return load;
    }

    /// <summary>
    /// Ends the clients after the requests that they have begun, and checks the books. What a killed worker had begun may be lost, and what
    /// it was about to begin: nothing else.
    /// </summary>
    /// <param name="killed">The process ids of workers that were killed.</param>
    internal async Task CheckAsync(IReadOnlyCollection<int> killed)
    {
        await _stop.CancelAsync();
        await Cluster.WithinDeadline(_clients, "the end of the clients");

        var (begun, ended) = ReadBooks();
        var failed = _outcomes.Where(o => o.Value is not (Outcome.Answered or Outcome.NotWaitedFor)).ToArray();
        var report = Report(begun.Count, failed);
        TestContext.Current.TestOutputHelper!.WriteLine(report);

        Assert.True(_outcomes.Values.Contains(Outcome.Answered), report);
        Assert.True(begun.Values.All(pids => pids.Count == 1), $"executed twice: {string.Join(' ', begun.Where(b => b.Value.Count > 1).Select(b => b.Key))}\n{report}");
        Assert.True(_outcomes.Where(o => o.Value == Outcome.Answered).All(o => ended.Contains(o.Key)), $"answered and never executed\n{report}");
        Assert.True(_wrong.IsEmpty, $"{string.Join('\n', _wrong.Take(3))}\n{report}");
        Assert.True(killed.Count > 0 || failed.Length == 0, $"{failed.Length} failed and no worker was killed\n{report}");
        Assert.True(failed.All(f => !begun.TryGetValue(f.Key, out var pids) || killed.Contains(pids[0])), $"failed in a worker that was not killed\n{report}");
        Assert.DoesNotContain(failed, f => f.Value is Outcome.TimedOut or Outcome.Wrong);
    }

    /// <summary>Whether a worker has begun to execute this request.</summary>
    internal bool HasBegun(string id) => ReadBooks().Begun.ContainsKey(id);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Cluster.DisposeAsync();
        await _clients.ContinueWith(_ => { }, TaskScheduler.Default);
        _stop.Dispose();
        _books.Dispose();
    }

    private string Report(int begun, KeyValuePair<string, Outcome>[] failed)
    {
        var text = new StringBuilder($"seed {_seed}: {_outcomes.Count} requests, {begun} begun\n");
        foreach (var group in _outcomes.GroupBy(o => o.Value)) text.AppendLine($"  {group.Key}: {group.Count()}");
        foreach (var (id, outcome) in failed.Take(20)) text.AppendLine($"  {id}: {outcome}");
        return text.Append(Cluster.Describe()).ToString();
    }

    // In which processes each request was begun, and which were ended.
    private (Dictionary<string, List<int>> Begun, HashSet<string> Ended) ReadBooks()
    {
        var begun = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(_books.Path))
        {
            var pid = int.Parse(Path.GetFileNameWithoutExtension(file), CultureInfo.InvariantCulture);
            foreach (var line in File.ReadLines(file))
            {
                if (line.Split(' ') is not [var what, var id]) continue;
                if (what == "end") ended.Add(id);
                else if (begun.TryGetValue(id, out var pids)) pids.Add(pid);
                else begun.Add(id, [pid]);
            }
        }

        return (begun, ended);
    }
}
