using Drover.Bench.Report;

namespace Drover.Bench.Comparison;

/// <summary>The picture of a comparison: throughput against one process, and messages against Node's.</summary>
static class ComparisonChart
{
    public static Chart Of(Machine machine, Findings findings)
    {
        Panel[] panels =
        [
            Throughput("Keep-alive, relative to one Kestrel process", Measure.KeepAlive, findings),
            Throughput("New connection per request, relative to one Kestrel process", Measure.NewConnections, findings),
            Messages(findings),
        ];
        return new Chart(
            "Drover beside one Kestrel process and Node's cluster",
            $"{machine.Cpu}, {machine.Cores} cores; .NET {machine.DotNet}, Node {machine.Node}; {machine.Date:yyyy-MM-dd}",
            "Bars: medians. Thin line: from the smallest to the largest round. Red mark: the goal.",
            [.. panels.Where(panel => panel.Bars.Count > 0)]);
    }

    static Panel Throughput(string title, Measure measure, Findings findings) => new(title,
    [
        .. from target in TargetName.All
           let ratio = findings.Ratio(measure, target, measure.Base)
           where ratio is not null
           select BarOf(TargetName.Title(target), ratio, measure, target),
    ]);

    static Panel Messages(Findings findings) => new("Messages per second, times Node's cluster",
    [
        .. from measure in new[] { Measure.Sequential, Measure.Pipelined, Measure.OneWay }
           let ratio = findings.Ratio(measure, TargetName.Drover, TargetName.Node)
           where ratio is not null
           select BarOf(measure.Name, ratio, measure, TargetName.Drover),
    ]);

    static Bar BarOf(string label, Samples ratio, Measure measure, string target) => new(label, ratio.Median, ratio.Min, ratio.Max)
    {
        Goal = Goal.All.FirstOrDefault(goal => goal.Measure == measure && goal.Target == target && goal.To == measure.Base)?.Bound,
        IsOurs = target is TargetName.Drover or TargetName.DroverRoundRobin or TargetName.DroverShared,
    };
}
