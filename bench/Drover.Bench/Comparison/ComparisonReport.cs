using Drover.Bench.Report;

namespace Drover.Bench.Comparison;

/// <summary>The findings as a table for the reader, JSON for programs, and a picture.</summary>
sealed class ComparisonReport(Machine machine, ComparisonOptions options, Findings findings)
{
    public void Print(TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"Rounds: {options.Rounds} of {options.Seconds} s; {options.Workers} workers; wrk -t1 -c{options.Connections}; medians");
        foreach (var line in machine.Lines())
            output.WriteLine(line);
        foreach (var measure in Measure.All)
            PrintMeasure(output, measure);
        PrintGoals(output);
        PrintFailures(output);
    }

    public async Task SaveAsync(CancellationToken ct)
    {
        await JsonFile.WriteAsync(options.Out, ToDocument(), ct);
        var picture = Path.ChangeExtension(options.Out, ".svg");
        await File.WriteAllTextAsync(picture, ComparisonChart.Of(machine, findings).ToSvg(), ct);
        await Console.Error.WriteLineAsync($"\nWritten: {options.Out} and {picture}");
    }

    void PrintMeasure(TextWriter output, Measure measure)
    {
        var rows = TargetName.All.Where(target => findings.Of(measure, target) is not null).ToList();
        if (rows.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine($"{measure.Title,-48} {"median",9}  {"min .. max",-22} {"ratio",6} {"errors",7}");
        foreach (var target in rows)
        {
            var samples = findings.Of(measure, target)!;
            var spread = $"{Number(samples.Min, measure)} .. {Number(samples.Max, measure)}";
            var ratio = findings.Ratio(measure, target, measure.Base) is { } ratios ? $"{ratios.Median:0.00}" : "";
            output.WriteLine(
                $"  {TargetName.Title(target),-46} {Number(samples.Median, measure),9}  {spread,-22} {ratio,6} {findings.Errors(measure, target),7}");
        }
    }

    void PrintGoals(TextWriter output)
    {
        var goals = Goal.All.Where(goal => goal.In(findings) is not null).ToList();
        if (goals.Count > 0)
            output.WriteLine($"\n{"Goals",-58} {"ratio",6}  {"min .. max",-14}  goal");
        foreach (var goal in goals)
        {
            var ratio = goal.In(findings)!;
            var spread = $"{ratio.Min:0.00} .. {ratio.Max:0.00}";
            var verdict = goal.IsMetBy(ratio.Median) ? "ok" : "missed";
            output.WriteLine($"  {goal.Title,-56} {ratio.Median,6:0.00}  {spread,-14}  {goal.Condition} {verdict}");
        }
    }

    void PrintFailures(TextWriter output)
    {
        if (findings.Failures.Count > 0)
            output.WriteLine("\nNot measured");
        foreach (var failure in findings.Failures)
            output.WriteLine($"  {failure.Experiment}{(failure.Round > 0 ? $", round {failure.Round}" : "")}: {failure.Reason.ReplaceLineEndings("\n    ")}");
    }

    object ToDocument() => new
    {
        SchemaVersion = 1,
        machine,
        Options = new { options.Rounds, options.Seconds, options.Warmup, options.Workers, options.Connections, options.Spawns, options.Quick },
        Measures =
            from measure in Measure.All
            from target in TargetName.All
            let samples = findings.Of(measure, target)
            where samples is not null
            select new
            {
                Measure = measure.Name,
                target,
                samples.Median,
                samples.Min,
                samples.Max,
                samples.MedianDeviation,
                Ratio = findings.Ratio(measure, target, measure.Base)?.Median,
                RatioTo = measure.Base,
                Errors = findings.Errors(measure, target),
            },
        Goals =
            from goal in Goal.All
            let ratio = goal.In(findings)
            where ratio is not null
            select new
            {
                goal.Title,
                goal.Condition,
                Ratio = ratio.Median,
                ratio.Min,
                ratio.Max,
                Met = goal.IsMetBy(ratio.Median),
            },
        findings.Failures,
        findings.Values,
    };

    static string Number(double value, Measure measure) => value.ToString(measure.Decimals == 0 ? "#,0" : "#,0.0");
}
