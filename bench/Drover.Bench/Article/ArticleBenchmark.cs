using Drover.Bench.Processes;

namespace Drover.Bench.Article;

/// <summary>The article's test again: requests that need CPU, on more and more workers, and then on workers that crash.</summary>
sealed class ArticleBenchmark(ArticleOptions options)
{
    readonly List<ArticleRun> _runs = [];
    readonly List<string> _failures = [];

    /// <summary>Returns whether everything could be measured.</summary>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        var machine = await Machine.DescribeAsync(ct);
        using var share = CpuShare.Create(options.SharePercent, options.DutyCycle);
        await MeasureAsync(ArticleTarget.Drover, share, ct);
        if (options.Node)
            await MeasureAsync(ArticleTarget.Node, share, ct);

        var report = new ArticleReport(machine, options, share.Means, _runs, _failures);
        report.Print(Console.Out);
        await report.SaveAsync(ct);
        return _failures.Count == 0;
    }

    async Task MeasureAsync(ArticleTarget target, CpuShare share, CancellationToken ct)
    {
        try
        {
            if (target == ArticleTarget.Node)
                await Requirement.Node.EnsureAsync(ct);
            var iterations = await target.CalibrateAsync(ct);
            foreach (var workers in options.Workers)
                await TryRunAsync(target, share, iterations, workers, isCrashing: false, ct);
            await TryRunAsync(target, share, iterations, options.Workers[^1], isCrashing: true, ct);
        }
        catch (MeasurementException e)
        {
            _failures.Add($"{target.Title}: {e.Message}");
        }
    }

    async Task TryRunAsync(ArticleTarget target, CpuShare share, int iterations, int workers, bool isCrashing, CancellationToken ct)
    {
        try
        {
            var run = await RunOnceAsync(target, share, iterations, workers, isCrashing, ct);
            _runs.Add(run);
            await Console.Error.WriteLineAsync($"{run.Title}: {run.Tally.PerSecond:0.0}/s, {run.Tally.Failed} of {run.Tally.Total} failed");
        }
        catch (MeasurementException e)
        {
            var title = ArticleRun.TitleOf(target.Title, workers, isCrashing);
            _failures.Add($"{title}: {e.Message}");
            await Console.Error.WriteLineAsync($"FAILED: {title}: {e.Message.Split('\n')[0]}");
        }
    }

    async Task<ArticleRun> RunOnceAsync(
        ArticleTarget target, CpuShare share, int iterations, int workers, bool isCrashing, CancellationToken ct)
    {
        var port = FreePort.Pick();
        var command = target.Start(port, workers, iterations, isCrashing ? options.CrashWithin : 0, options.Seed);
        await using var server = await ServerProcess.StartAsync(command, workers, share.Hold, ct);
        var load = new ClosedLoop(port, options.Clients, TimeSpan.FromSeconds(options.Warmup), TimeSpan.FromSeconds(options.Seconds));
        var used = TimeSpan.Zero;
        var tally = await load.RunAsync(() => used -= WorkersCpu(), () => used += WorkersCpu(), ct);
        server.ThrowIfExited();
        if (!isCrashing && server.Exits > 0)
            throw new MeasurementException($"{server.Exits} workers died, though none should have");
        double? percent = isCrashing ? null : 100 * used.TotalSeconds / options.Seconds / workers;
        return new ArticleRun(target.Title, workers, isCrashing, server.Exits, percent, tally);

        TimeSpan WorkersCpu() => isCrashing
            ? TimeSpan.Zero
            : server.Listening.Aggregate(TimeSpan.Zero, (sum, pid) => sum + ProcFiles.CpuTime(pid));
    }
}
