using Drover.Bench.Comparison;
using Drover.Bench.Report;

namespace Drover.Bench.Survival;

/// <summary>The findings for the terminal, as JSON, as a picture, and, where asked for, as Markdown.</summary>
sealed class SurvivalReport(Machine machine, SurvivalOptions options, Findings findings)
{
    readonly IReadOnlyList<TextTable> _tables = [.. new SurvivalTables(options, findings).All];

    public void Print(TextWriter output)
    {
        output.WriteLine($"\n{Conditions}");
        foreach (var line in machine.Lines())
            output.WriteLine(line);
        foreach (var table in _tables)
            table.Print(output);
        if (findings.Failures.Count > 0)
            output.WriteLine("\nNot measured");
        foreach (var failure in findings.Failures)
            output.WriteLine($"  {failure.Experiment}{(failure.Round > 0 ? $", round {failure.Round}" : "")}: {failure.Reason.ReplaceLineEndings("\n    ")}");
    }

    public async Task SaveAsync(CancellationToken ct)
    {
        await JsonFile.WriteAsync(options.Out, ToDocument(), ct);
        var picture = Path.ChangeExtension(options.Out, ".svg");
        await File.WriteAllTextAsync(picture, SurvivalChart.Of(machine, findings).ToSvg(), ct);
        await Console.Error.WriteLineAsync($"\nWritten: {options.Out} and {picture}");
        if (options.Markdown is null)
            return;
        await File.WriteAllTextAsync(options.Markdown, ToMarkdown(), ct);
        await Console.Error.WriteLineAsync($"Written: {options.Markdown}");
    }

    string Conditions => $"Rounds: {options.Rounds}, each with {options.Kills} kills and {options.Reloads} reloads of every server";

    string ToMarkdown()
    {
        using var text = new StringWriter { NewLine = "\n" };
        text.WriteLine($"{Conditions}. {string.Join(". ", machine.Lines().Select(line => line.TrimEnd('.')))}.");
        foreach (var table in _tables)
            table.PrintMarkdown(text);
        return text.ToString();
    }

    object ToDocument() => new
    {
        SchemaVersion = 1,
        machine,
        Options = new
        {
            options.Rounds,
            options.Kills,
            options.Reloads,
            options.StallSeconds,
            options.Rate,
            options.Connections,
            options.Pairs,
            options.Quick,
        },
        Measures =
            from measure in SurvivalMeasure.All
            from target in SurvivalMeasure.Targets
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
                Errors = findings.Errors(measure, target),
            },
        Goals =
            from goal in SurvivalMeasure.Goals
            let samples = goal.In(findings)
            where samples is not null
            select new
            {
                goal.Title,
                goal.Condition,
                Measured = samples.Median,
                samples.Min,
                samples.Max,
                Met = goal.IsMetBy(samples.Median),
            },
        findings.Failures,
        findings.Values,
    };
}
