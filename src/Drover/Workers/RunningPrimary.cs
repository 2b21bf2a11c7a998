using System.Globalization;
using System.Runtime.InteropServices;
using Drover.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Drover.Workers;

/// <summary>The primary's half of <see cref="Cluster.RunAsync"/>.</summary>
internal sealed class RunningPrimary
{
    private const int Stopped = 0;
    private const int AllGivenUp = 1;
    private const int WrongSetting = 2;
    private const string WorkersVariable = "DROVER_WORKERS";
    private const int MaxWorkers = 1024;

    // A successor that takes longer does not come any more; its predecessor goes on.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);

    private readonly ClusterPrimary _cluster;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _replacing = Task.CompletedTask;
    private int _givenUp;

    private RunningPrimary(ClusterPrimary cluster, ILogger logger)
    {
        _cluster = cluster;
        _logger = logger;
        cluster.OnGiveUp += (_, _) => Interlocked.Increment(ref _givenUp);
        cluster.OnExit += (_, code, _) =>
        {
            if (code == RestartPolicy.CannotListenExitCode) Interlocked.Increment(ref _givenUp);
        };
    }

    internal static async Task<int> RunAsync(string[] args, Action<RunOptions>? configure)
    {
        var options = new RunOptions();
        options.Settings.Arguments = args;
        using var lines = new LineLoggerFactory();
        try
        {
            configure?.Invoke(options);
            var workers = WorkersOf(options);
            var factory = options.LoggerFactory ?? lines;
            await using var cluster = new ClusterPrimary(options.Settings, factory);
            options.OnPrimary?.Invoke(cluster);
            return await new RunningPrimary(cluster, factory.CreateLogger("Drover")).RunAsync(workers);
        }
        catch (Exception exception) when (exception is ClusterException or ArgumentException)
        {
            await Console.Error.WriteLineAsync("drover: " + exception.Message);
            return WrongSetting;
        }
    }

    private static int WorkersOf(RunOptions options)
    {
        if (options.Workers is { } workers)
            return workers is >= 1 and <= MaxWorkers ? workers : throw Invalid($"RunOptions.Workers is {workers}; it must be from 1 to {MaxWorkers}.");
        if (Environment.GetEnvironmentVariable(WorkersVariable) is not { Length: > 0 } text) return Environment.ProcessorCount;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out workers) && workers is >= 1 and <= MaxWorkers
            ? workers
            : throw Invalid($"{WorkersVariable} is '{text}'; it must be a number from 1 to {MaxWorkers}.");
    }

    private async Task<int> RunAsync(int workers)
    {
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Replace);
        PrimaryLog.Started(_logger, Environment.ProcessId, workers, _cluster.SchedulingPolicy);
        for (var i = 0; i < workers; i++) _cluster.Fork();

        while (true)
        {
            var replacing = _replacing;
            var exited = _cluster.WaitForExitAsync();
            if (await Task.WhenAny(exited, _stop.Task) != exited) break;

            // A replacement that was under way may have started somebody.
            if (replacing.IsCompleted && replacing == _replacing) break;
            await _replacing;
        }

        if (!_stop.Task.IsCompleted)
        {
            PrimaryLog.NoWorkerLeft(_logger);
            return Volatile.Read(ref _givenUp) > 0 ? AllGivenUp : Stopped;
        }

        await _replacing;
        await _cluster.DisconnectAsync();
        PrimaryLog.Stopped(_logger);
        return Stopped;
    }

    // The first signal asks nicely; the second one finds the default action again and ends the primary, and with it the workers.
    private void Stop(PosixSignalContext context)
    {
        if (!_stop.TrySetResult()) return;
        context.Cancel = true;
        PrimaryLog.Stopping(_logger, context.Signal);
    }

    private void Replace(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stop.Task.IsCompleted) return;
        lock (_stop)
        {
            if (_replacing.IsCompleted) _replacing = ReplaceAllAsync();
            else PrimaryLog.AlreadyReplacing(_logger);
        }
    }

    /// <summary>A new worker first, then the old one's graceful end: there is no moment with fewer workers.</summary>
    private async Task ReplaceAllAsync()
    {
        await Task.Yield();
        foreach (var old in _cluster.Workers.Values.ToArray())
        {
            if (_stop.Task.IsCompleted || !await ReplaceAsync(old)) return;
        }
    }

    /// <summary>False: the others are not to be replaced either.</summary>
    private async Task<bool> ReplaceAsync(Worker old)
    {
        try
        {
            var wasListening = old.State == WorkerState.Listening;
            if (await _cluster.BeginReplacementAsync(old) is not { } replacement) return true;
            var isReady = await BecomesReadyAsync(replacement.Successor, wasListening);
            await _cluster.EndReplacementAsync(replacement, isReady);
            if (!isReady)
            {
                if (!_stop.Task.IsCompleted) PrimaryLog.ReplacementFailed(_logger, replacement.Successor.ProcessId, old.ProcessId);
                await UntilStopAsync(replacement.Successor.DisconnectAsync());
                return false;
            }

            PrimaryLog.Replaced(_logger, old.ProcessId, replacement.Successor.ProcessId);
            await UntilStopAsync(old.DisconnectAsync());
            return true;
        }
        catch (ClusterException exception)
        {
            PrimaryLog.ReplacementNotStarted(_logger, old.ProcessId, exception.Message);
            return false;
        }
    }

    // A worker that does not serve, as its predecessor did not, is ready when it runs.
    private async Task<bool> BecomesReadyAsync(Worker worker, bool byListening)
    {
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Listening += _ => ready.TrySetResult(true);
        if (!byListening) worker.Online += () => ready.TrySetResult(true);
        worker.Exit += (_, _) => ready.TrySetResult(false);
        if (worker.State == WorkerState.Listening || (!byListening && worker.State == WorkerState.Online)) ready.TrySetResult(true);
        if (worker.IsDead) ready.TrySetResult(false);
        await Task.WhenAny(ready.Task, _stop.Task, Task.Delay(LongestStart, TimeProvider.System));
        return ready.Task is { IsCompleted: true, Result: true };
    }

    // All workers are asked to end then, this one among them: nothing waits for it alone.
    private async Task UntilStopAsync(Task end) => await Task.WhenAny(end, _stop.Task);

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);
}
