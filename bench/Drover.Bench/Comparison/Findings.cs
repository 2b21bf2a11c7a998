namespace Drover.Bench.Comparison;

/// <summary>All that the rounds brought.</summary>
sealed class Findings
{
    readonly List<Value> _values = [];
    readonly List<Failure> _failures = [];

    public IReadOnlyList<Value> Values => _values;

    public IReadOnlyList<Failure> Failures => _failures;

    public void Add(Value value) => _values.Add(value);

    public void Add(Failure failure) => _failures.Add(failure);

    public Samples? Of(Measure measure, string target) =>
        Rounds(measure, target) is { Count: > 0 } rounds ? new Samples(rounds.Values) : null;

    public int Errors(Measure measure, string target) =>
        _values.Where(value => value.Measure == measure.Name && value.Target == target).Sum(value => value.Errors);

    /// <summary>
    /// The ratio of two targets, a value for each round in which both were measured: they ran minutes apart at most, so what the
    /// machine did meanwhile touches both.
    /// </summary>
    public Samples? Ratio(Measure measure, string target, string to)
    {
        var divisors = Rounds(measure, to);
        double[] ratios =
        [
            .. Rounds(measure, target)
                .Where(entry => divisors.TryGetValue(entry.Key, out var divisor) && divisor > 0)
                .Select(entry => entry.Value / divisors[entry.Key]),
        ];
        return ratios.Length > 0 ? new Samples(ratios) : null;
    }

    Dictionary<int, double> Rounds(Measure measure, string target) =>
        _values.Where(value => value.Measure == measure.Name && value.Target == target).ToDictionary(value => value.Round, value => value.Number);
}
