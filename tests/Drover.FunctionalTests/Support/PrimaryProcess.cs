using System.Diagnostics;
using System.Text;

namespace Drover.FunctionalTests.Support;

/// <summary>
/// A primary in a process of its own, for what cannot be done to the test's: signals, a small descriptor table, death. Its output is kept;
/// in the end it and its workers are killed.
/// </summary>
internal sealed class PrimaryProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];

    private PrimaryProcess(Process process) => _process = process;

    internal int ProcessId => _process.Id;

    /// <summary>Everything it and its workers have written so far.</summary>
    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>The process numbers of all workers that it has forked so far.</summary>
    internal IReadOnlyList<int> WorkerProcessIds => [.. Lines.Where(l => l.StartsWith("fork ", StringComparison.Ordinal)).Select(l => int.Parse(l.Split(' ')[2]))];

    /// <summary>RunAsync with the options and the workers that the behaviour Run understands.</summary>
    internal static PrimaryProcess Run(string options, string worker, params (string Name, string Value)[] environment) =>
        Start(TestPrograms.TestWorker, ["Run", .. Words(options), "--", .. Words(worker)], environment);

    internal static PrimaryProcess Start(string program, IEnumerable<string> arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var primary = new PrimaryProcess(new Process { StartInfo = start });
        primary._process.OutputDataReceived += (_, line) => primary.Add(line.Data);
        primary._process.ErrorDataReceived += (_, line) => primary.Add(line.Data);
        primary._process.Start();
        primary._process.BeginOutputReadLine();
        primary._process.BeginErrorReadLine();
        return primary;
    }

    internal void Kill(Signal signal) => Kill(ProcessId, signal);

    internal static void Kill(int pid, Signal signal)
    {
        using var kill = Process.Start("kill", [$"-{(int)signal}", pid.ToString()]);
        kill.WaitForExit();
    }

    /// <summary>Sets the limit of open files of a running process so that it can open this many more.</summary>
    internal static void LeaveDescriptors(int pid, int room)
    {
        // The limit is on the number and not on the count, and there are gaps.
        var used = Directory.GetFiles($"/proc/{pid}/fd").Select(f => int.Parse(Path.GetFileName(f))).ToHashSet();
        SetDescriptorLimit(pid, Enumerable.Range(0, int.MaxValue).Where(n => !used.Contains(n)).ElementAt(room));
    }

    internal static void SetDescriptorLimit(int pid, int limit)
    {
        // The soft limit alone, which may be raised again.
        using var prlimit = Process.Start("prlimit", ["--pid", pid.ToString(), $"--nofile={limit}:"]);
        prlimit.WaitForExit();
        Assert.Equal(0, prlimit.ExitCode);
    }

    /// <summary>Waits until some line satisfies this and returns it.</summary>
    internal async Task<string> LineAsync(Func<string, bool> wanted, string what, TimeSpan? deadline = null)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (Lines.FirstOrDefault(wanted) is { } line) return line;
            if (Stopwatch.GetElapsedTime(began) > (deadline ?? TestCluster.Deadline)) Assert.Fail($"No {what}.\n{Describe()}");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    internal Task<string> LineAsync(string part) => LineAsync(l => l.Contains(part, StringComparison.Ordinal), $"line with '{part}'");

    /// <summary>Waits until this many workers listen and returns the port of the first.</summary>
    internal async Task<int> ListeningAsync(int workers)
    {
        await LineAsync(
            _ => Lines.Where(l => l.StartsWith("listening ", StringComparison.Ordinal)).Select(l => l.Split(' ')[1]).Distinct().Count() >= workers,
            $"{workers} listening workers");
        return int.Parse((await LineAsync(l => l.StartsWith("listening ", StringComparison.Ordinal), "port")).Split(' ')[2]);
    }

    internal async Task<int> ExitAsync(TimeSpan? deadline = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(deadline ?? TestCluster.Deadline);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The primary did not end.\n{Describe()}");
        }

        return _process.ExitCode;
    }

    /// <summary>Waits until none of these processes is left.</summary>
    internal async Task GoneAsync(IEnumerable<int> processes, TimeSpan deadline)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var pid in processes)
        {
            while (IsRunning(pid))
            {
                if (Stopwatch.GetElapsedTime(began) > deadline) Assert.Fail($"Process {pid} still runs after {deadline.TotalSeconds:0} s.\n{Describe()}");
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }
        }
    }

    internal string Describe() => new StringBuilder($"primary {ProcessId}, exited: {_process.HasExited}; its output:\n").AppendJoin('\n', Lines).ToString();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        foreach (var worker in WorkerProcessIds.Where(IsRunning)) Kill(worker, Signal.SIGKILL);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    // A zombie is none: somebody has only not collected it yet.
    private static bool IsRunning(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Add(string? line)
    {
        if (line is null) return;
        lock (_lines) _lines.Add(line);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
