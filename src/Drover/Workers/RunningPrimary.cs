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
    private readonly ReloadOptions _reload;
    private Task _reloading = Task.CompletedTask;
    private bool _reloadIsAsked;
    private int _givenUp;

    private RunningPrimary(ClusterPrimary cluster, ReloadOptions reload, ILogger logger)
    {
        _reload = reload;
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
            return await new RunningPrimary(cluster, options.Reload.CheckedCopy(), factory.CreateLogger("Drover")).RunAsync(workers);
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
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload);
        PrimaryLog.Started(_logger, Environment.ProcessId, workers, _cluster.SchedulingPolicy);
        for (var i = 0; i < workers; i++) _cluster.Fork();

        await Task.WhenAny(_cluster.WaitForExitAsync(), _stop.Task);
        if (!_stop.Task.IsCompleted)
        {
            PrimaryLog.NoWorkerLeft(_logger);
            return Volatile.Read(ref _givenUp) > 0 ? AllGivenUp : Stopped;
        }

        await _cluster.DisconnectAsync();
        await _reloading;
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

    private void Reload(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_stop.Task.IsCompleted) return;
        lock (_stop)
        {
            _reloadIsAsked = true;
            if (_reloading.IsCompleted) _reloading = ReloadAsync();
            else ReloadLog.Remembered(_logger);
        }
    }

    private async Task ReloadAsync()
    {
        await Task.Yield();
        while (TakeReload())
        {
            try
            {
                // The program may be reloading by itself; what the signal asks for comes after that.
                await _cluster.ReloadInTurnAsync(_reload, waits: true, CancellationToken.None);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private bool TakeReload()
    {
        lock (_stop)
        {
            var isAsked = _reloadIsAsked && !_stop.Task.IsCompleted;
            _reloadIsAsked = false;

            // A signal from now on begins the next one itself.
            if (!isAsked) _reloading = Task.CompletedTask;
            return isAsked;
        }
    }

    private static ClusterException Invalid(string message) => new(ClusterError.InvalidSetting, message);
}
