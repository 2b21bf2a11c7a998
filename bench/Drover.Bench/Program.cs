// Three benchmarks: the comparison with one Kestrel process and with Node's cluster (the default), the article's test ("article"), and
// what survives a kill, a reload and a stopped worker ("survival").
using System.Runtime.InteropServices;
using Drover.Bench;
using Drover.Bench.Article;
using Drover.Bench.Comparison;
using Drover.Bench.Processes;
using Drover.Bench.Survival;

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);

try
{
    if (args.Any(argument => argument is "-h" or "--help"))
    {
        Console.WriteLine(Usage.Text);
        return 0;
    }

    Offspring.Adopt();
    var complete = args switch
    {
        ["article", .. var rest] => await new ArticleBenchmark(ArticleOptions.Parse(rest)).RunAsync(stop.Token),
        ["survival", .. var rest] => await new SurvivalBenchmark(SurvivalOptions.Parse(rest)).RunAsync(stop.Token),
        _ => await new ComparisonBenchmark(ComparisonOptions.Parse(args)).RunAsync(stop.Token),
    };
    return complete ? 0 : 1;
}
catch (UsageException e)
{
    await Console.Error.WriteLineAsync($"{e.Message} See --help.");
    return 2;
}
catch (MeasurementException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted; all processes have been ended.");
    return 130;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}
