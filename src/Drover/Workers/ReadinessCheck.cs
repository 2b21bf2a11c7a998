using System.Globalization;

namespace Drover.Workers;

/// <summary>Waits until a new worker is ready, or finds out why it is not.</summary>
internal sealed class ReadinessCheck(ReloadOptions options, TimeProvider time)
{
    private static readonly TimeSpan ProbePause = TimeSpan.FromMilliseconds(200);

    /// <summary>Null: it listens, or is online where that is enough, and its probe has succeeded.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> was cancelled.</exception>
    internal async Task<Unfitness?> RunAsync(ForkedWorker worker, bool mustListen, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.ReadyTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        var steps = worker.Milestones;
        var leaving = steps.Leaving;
        string? probeSays = null;
        try
        {
            await Task.WhenAny(mustListen ? steps.Listening : steps.Online, leaving).WaitAsync(ended.Token);
            if (leaving.IsCompleted) return new Unfitness(ReloadFailureReason.Ended, mustListen ? "before it listened" : "before it was online");
            if (options.ReadinessProbe is null) return null;
            var passed = ProbeAsync(worker, options.ReadinessProbe, said => probeSays = said, ended.Token);
            await Task.WhenAny(passed, leaving);
            if (leaving.IsCompleted)
            {
                // Nobody waits for the probe's answer any more.
                await ended.CancelAsync();
                return new Unfitness(ReloadFailureReason.Ended, "before its readiness probe succeeded");
            }

            await passed;
            return null;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stop.IsCancellationRequested)
        {
            var seconds = options.ReadyTimeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            if (probeSays is not null || steps.Listening.IsCompleted)
                return new Unfitness(ReloadFailureReason.ProbeFailed, $"its readiness probe did not succeed within {seconds} s: {probeSays ?? "it gave no answer"}");
            return new Unfitness(ReloadFailureReason.NotListening, $"it did not come to {(mustListen ? "listen" : "be online")} within {seconds} s");
        }
    }

    /// <summary>Null: it has lived on for the settle time.</summary>
    internal async Task<Unfitness?> SettleAsync(ForkedWorker worker, CancellationToken stop)
    {
        var leaving = worker.Milestones.Leaving;
        if (options.SettleTime > TimeSpan.Zero && !leaving.IsCompleted)
        {
            using var done = CancellationTokenSource.CreateLinkedTokenSource(stop);
            await Task.WhenAny(leaving, Task.Delay(options.SettleTime, time, done.Token));
            stop.ThrowIfCancellationRequested();
            await done.CancelAsync();
        }

        return leaving.IsCompleted ? new Unfitness(ReloadFailureReason.Ended, "soon after it had become ready") : null;
    }

    private async Task ProbeAsync(
        ForkedWorker worker, Func<Worker, CancellationToken, Task<bool>> probe, Action<string> failed, CancellationToken stop)
    {
        while (true)
        {
            try
            {
                // A probe that does not look at its token is not waited for.
                if (await Task.Run(() => probe(worker, stop), stop).WaitAsync(stop)) return;
                failed("it answers that it is not ready");
            }
            catch (Exception exception) when (!stop.IsCancellationRequested)
            {
                failed(exception.Message);
            }

            await Task.Delay(ProbePause, time, stop);
        }
    }
}
