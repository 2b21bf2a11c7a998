using System.Collections.Concurrent;
using System.Diagnostics;

namespace Drover.FunctionalTests.Support;

/// <summary>A sample that runs as a process of its own, as a user would start it. Killed in the end, and its workers end with it.</summary>
internal sealed class SampleProgram : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    internal SampleProgram(string sample, params string[] args) : this(sample, new Dictionary<string, string>(StringComparer.Ordinal), args)
    {
    }

    internal SampleProgram(string sample, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory + "x"))!;
        var start = new ProcessStartInfo(Path.Combine(TestPrograms.Root, "artifacts", "bin", sample, configuration, sample), args)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    internal int ProcessId => _process.Id;

    internal IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Waits until as many lines as wanted contain this text, and returns them.</summary>
    internal async Task<string[]> LinesAsync(string part, int count = 1, TimeSpan? deadline = null)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            var found = Lines.Where(l => l.Contains(part, StringComparison.Ordinal)).ToArray();
            if (found.Length >= count) return found;
            if (Stopwatch.GetElapsedTime(begun) > (deadline ?? TestCluster.Deadline))
                Assert.Fail($"{count} lines with '{part}' were expected; exited: {_process.HasExited}; output:\n{string.Join('\n', Lines)}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    internal void Send(Signal signal)
    {
        using var kill = Process.Start("kill", [$"-{(int)signal}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    internal async Task<int> ExitCodeAsync()
    {
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestCluster.Deadline);
        }
        catch (TimeoutException)
        {
            Assert.Fail("The program has not ended; output:\n" + string.Join('\n', Lines));
        }

        // Without a time limit this waits for the last lines of output as well.
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Add(string? line)
    {
        if (line is not null) _lines.Enqueue(line);
    }
}
