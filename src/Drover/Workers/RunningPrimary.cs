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
            var exited = _cluster.WaitForExitAsync();
            if (await Task.WhenAny(exited, _stop.Task) != exited) break;
            await _replacing;
            if (_cluster.Workers.Count == 0) break;
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
        foreach (var old in _cluster.Workers.Values.Where(w => w.State != WorkerState.Draining).ToArray())
        {
            try
            {
                var successor = _cluster.Fork();
                if (!await BecomesReadyAsync(successor))
                {
                    PrimaryLog.ReplacementFailed(_logger, successor.ProcessId, old.ProcessId);
                    await successor.DisconnectAsync();
                    return;
                }

                PrimaryLog.Replaced(_logger, old.ProcessId, successor.ProcessId);
                await old.DisconnectAsync();
            }
            catch (ClusterException exception)
            {
                PrimaryLog.ReplacementNotStarted(_logger, old.ProcessId, exception.Message);
                return;
            }
        }
    }

    private static async Task<bool> BecomesReadyAsync(Worker worker)
    {
        var ready = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Listening += _ => ready.TrySetResult(true);
        worker.Exit += (_, _) => ready.TrySetResult(false);
        if (worker.State == WorkerState.Listening) ready.TrySetResult(true);
        if (worker.IsDead) ready.TrySetResult(false);
        return await ready.Task;
    }

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);
}
