namespace Drover.Bench.Comparison;

/// <summary>The measures and targets that were asked for; none means all.</summary>
sealed class Selection
{
    readonly HashSet<string> _measures;
    readonly HashSet<string> _targets;

    /// <param name="measures">Those that there are.</param>
    /// <param name="targets">Those that there are.</param>
    public Selection(IEnumerable<string> names, IEnumerable<Measure> measures, IEnumerable<string> targets)
    {
        var asked = names.ToHashSet(StringComparer.Ordinal);
        _measures = [.. measures.Select(measure => measure.Name).Where(asked.Contains)];
        _targets = [.. targets.Where(asked.Contains)];
        if (asked.Except(_measures, StringComparer.Ordinal).Except(_targets, StringComparer.Ordinal).FirstOrDefault() is { } unknown)
            throw new UsageException($"--only {unknown}: there is no such measure or target.");
    }

    public bool IsEverything => _measures.Count == 0 && _targets.Count == 0;

    public bool Includes(Experiment experiment) =>
        (_measures.Count == 0 || experiment.Measures.Any(measure => _measures.Contains(measure.Name)))
        && (_targets.Count == 0 || _targets.Contains(experiment.Target));
}
