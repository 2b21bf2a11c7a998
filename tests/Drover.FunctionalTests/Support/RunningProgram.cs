using System.Diagnostics;
using System.Text;

namespace Drover.FunctionalTests.Support;

/// <summary>A program that is not a worker of the test's own cluster: a primary of its own, a Node client. Ended with the test.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly List<string> _lines = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningProgram(Process process) => _process = process;

    internal int ProcessId => _process.Id;

    /// <summary>All lines so far, those of standard error marked with "! ".</summary>
    internal IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    internal static RunningProgram Start(string program, IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var running = new RunningProgram(new Process { StartInfo = start });
        running._process.OutputDataReceived += (_, line) => running.Add(line.Data, "");
        running._process.ErrorDataReceived += (_, line) => running.Add(line.Data, "! ");
        running._process.Start();
        running._process.BeginOutputReadLine();
        running._process.BeginErrorReadLine();
        return running;
    }

    internal static RunningProgram StartTestWorker(string behaviour, params string[] args) => Start(TestPrograms.TestWorker, [behaviour, .. args]);

    internal static RunningProgram StartNode(string script, params string[] args) => Start("node", [TestPrograms.Node(script), .. args]);

    internal Task WriteLineAsync(string line) => _process.StandardInput.WriteLineAsync(line);

    /// <summary>The first line that contains this text, when it has come.</summary>
    internal async Task<string> LineAsync(string part)
    {
        using var deadline = new CancellationTokenSource(TestCluster.Deadline);
        while (true)
        {
            Task changed;
            lock (_lines)
            {
                if (_lines.Find(l => l.Contains(part, StringComparison.Ordinal)) is { } line) return line;
                changed = _changed.Task;
            }

            try
            {
                await changed.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"No line with '{part}' within {TestCluster.Deadline.TotalSeconds:0} s.\n{Describe()}");
            }
        }
    }

    internal async Task<int> ExitAsync()
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(TestCluster.Deadline);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"The program did not end.\n{Describe()}");
        }

        return _process.ExitCode;
    }

    internal string Describe() =>
        new StringBuilder($"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)}\n").AppendJoin('\n', Lines).ToString();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Add(string? line, string mark)
    {
        if (line is null) return;
        lock (_lines)
        {
            _lines.Add(mark + line);
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }
}
