using Drover.Bench.Processes;

namespace Drover.Bench.Comparison;

/// <summary>A fresh server, warmed up and then measured under one load: throughput, the primary's CPU time, memory.</summary>
sealed class HttpExperiment(HttpTarget target, Load load, ComparisonOptions options) : Experiment
{
    public override string Target => target.Name;

    public override IReadOnlyList<Measure> Measures { get; } =
    [
        load.Throughput,
        .. IsHandedOver(target, load) ? [Measure.PrimaryCpu] : Array.Empty<Measure>(),
        .. load == Load.KeepAlive ? [Measure.WorkerMemory] : Array.Empty<Measure>(),
        .. load == Load.KeepAlive && target.HasPrimary ? [Measure.PrimaryMemory] : Array.Empty<Measure>(),
    ];

    public override async Task RunAsync(int round, Findings findings, CancellationToken ct)
    {
        var port = FreePort.Pick();
        var processes = Math.Max(1, target.Workers);
        await using var server = await ServerProcess.StartAsync(target.Start(port), processes, onListening: null, ct);
        await Probe.AnswersAsync(port, "Hello, World!", ct);

        var wrk = new Wrk(port, options.Connections);
        var warmUp = await wrk.RunAsync(load, options.Warmup, ct);
        var before = ProcFiles.CpuTime(server.Id);
        var result = await wrk.RunAsync(load, options.Seconds, ct);
        server.ThrowIfExited();
        var used = ProcFiles.CpuTime(server.Id) - before;

        if (result.Requests == 0)
            throw new MeasurementException($"no request was answered; errors: {result.Errors}");
        if (server.Exits > 0)
            throw new MeasurementException($"{server.Exits} workers died under load");

        Record(Measure.PrimaryCpu, used.TotalMicroseconds / result.Requests);
        Record(Measure.WorkerMemory, server.Listening.Average(pid => ProcFiles.ProportionalBytes(pid) / 1e6));
        Record(Measure.PrimaryMemory, ProcFiles.ProportionalBytes(server.Id) / 1e6);
        findings.Add(new Value(load.Throughput.Name, target.Name, round, result.PerSecond, result.Errors + warmUp.Errors)
        {
            P50Microseconds = result.P50,
            P99Microseconds = result.P99,
        });

        void Record(Measure measure, double number)
        {
            if (Measures.Contains(measure))
                findings.Add(new Value(measure.Name, target.Name, round, number));
        }
    }

    /// <summary>Only with round-robin does a connection pass through the primary.</summary>
    static bool IsHandedOver(HttpTarget target, Load load) =>
        load == Load.NewConnections && target.Name is (TargetName.DroverRoundRobin or TargetName.NodeRoundRobin);
}
