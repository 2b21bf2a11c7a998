using Drover.Bench.Comparison;
using Drover.Bench.Report;

namespace Drover.Bench.Survival;

/// <summary>The picture: what a kill, a reload and a stopped worker cost the clients of each server.</summary>
static class SurvivalChart
{
    public static Chart Of(Machine machine, Findings findings)
    {
        Panel[] panels =
        [
            Panel(SurvivalMeasure.KillKeepAlive, findings),
            Panel(SurvivalMeasure.KillNew, findings),
            Panel(SurvivalMeasure.ReloadKeepAlive, findings),
            Panel(SurvivalMeasure.ReloadNew, findings),
            Panel(SurvivalMeasure.StallRatio, findings),
            Panel(SurvivalMeasure.Recovery, findings),
        ];
        return new Chart(
            "What a kill, a reload and a stopped worker cost the clients",
            $"{machine.Cpu}, {machine.Cores} cores; .NET {machine.DotNet}, Node {machine.Node}; {machine.Date:yyyy-MM-dd}",
            "Bars: medians, shorter is better. Thin line: from the smallest to the largest round. Red mark: the goal.",
            [.. panels.Where(panel => panel.Bars.Count > 0)]);
    }

    static Panel Panel(Measure measure, Findings findings) => new(measure.Title,
    [
        .. from target in SurvivalMeasure.Targets
           let samples = findings.Of(measure, target)
           where samples is not null
           select new Bar(TargetName.Title(target), samples.Median, samples.Min, samples.Max)
           {
               Goal = SurvivalMeasure.Goals.FirstOrDefault(goal => goal.Measure == measure && goal.Target == target)?.Bound,
               IsOurs = target is TargetName.DroverRoundRobin or TargetName.DroverShared or TargetName.DroverSpare,
           },
    ]);
}
