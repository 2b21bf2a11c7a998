using System.Diagnostics;

namespace Drover.Bench.Processes;

/// <summary>
/// A process that is started, whose lines are read, and that is gone after <see cref="DisposeAsync"/>, it and all that it has started.
/// </summary>
sealed class ChildProcess : IAsyncDisposable
{
    readonly Process _process;
    readonly Tail _errors = new();
    readonly Task _reading;

    ChildProcess(Command command, Action<string> onLine)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        _process = Process.Start(start) ?? throw new MeasurementException($"{command} did not start.");
        Offspring.Add(_process.Id);
        _process.StandardInput.Close();
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, onLine), ReadAsync(_process.StandardError, _errors.Add));
    }

    public int Id => _process.Id;

    /// <summary>The last lines that it wrote to stderr, for the report of a failure.</summary>
    public string Errors => _errors.ToString();

    public static ChildProcess Start(Command command, Action<string> onLine)
    {
        try
        {
            return new ChildProcess(command, onLine);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MeasurementException($"{command.Program} did not start: {e.Message}", e);
        }
    }

    /// <summary>Runs a command to its end and returns its lines; an exit code other than 0 and taking too long are failures.</summary>
    public static async Task<IReadOnlyList<string>> RunAsync(Command command, TimeSpan timeout, CancellationToken ct)
    {
        var lines = new List<string>();
        await using var child = Start(command, lines.Add);
        var code = await child.WaitForExitAsync(timeout, ct);
        return code == 0 ? lines : throw new MeasurementException($"{command} exited with {code}. {child.Errors}");
    }

    /// <summary>Returns the exit code once the process has ended and all that it wrote has been read.</summary>
    public async Task<int> WaitForExitAsync(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            await Task.WhenAll(_process.WaitForExitAsync(ct), _reading).WaitAsync(timeout, ct);
            return _process.ExitCode;
        }
        catch (TimeoutException e)
        {
            throw new MeasurementException($"no end after {timeout.TotalSeconds} s. {Errors}", e);
        }
    }

    /// <summary>Throws when the process has ended: nothing that is measured ends by itself.</summary>
    public void ThrowIfExited()
    {
        if (_process.HasExited)
            throw new MeasurementException($"the process ended with {_process.ExitCode}. {Errors}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        Offspring.KillOrphansOf(_process.Id);
        await _reading;
        _process.Dispose();
    }

    static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line)
            onLine(line);
    }
}
