namespace Drover.Bench.Article;

/// <summary>
/// How many requests ended how, from the first of the warm-up to the last; and how long the answers took that arrived in the
/// measured time.
/// </summary>
sealed class Tally
{
    readonly int[] _outcomes = new int[Enum.GetValues<RequestOutcome>().Length];
    readonly List<double> _milliseconds = [];
    TimeSpan _measured;

    public int Total => _outcomes.Sum();

    public int Failed => Total - _outcomes[(int)RequestOutcome.Answered];

    public double UptimePercent => 100.0 * (Total - Failed) / Total;

    public double PerSecond => _milliseconds.Count / _measured.TotalSeconds;

    public double Mean => _milliseconds.Count > 0 ? _milliseconds.Average() : 0;

    /// <summary>Each way to fail that occurred, and how often.</summary>
    public IReadOnlyDictionary<RequestOutcome, int> Failures => Enum.GetValues<RequestOutcome>()
        .Where(outcome => outcome != RequestOutcome.Answered && _outcomes[(int)outcome] > 0)
        .ToDictionary(outcome => outcome, outcome => _outcomes[(int)outcome]);

    public static Tally Sum(IEnumerable<Tally> parts, TimeSpan measured)
    {
        var sum = new Tally { _measured = measured };
        foreach (var part in parts)
        {
            for (var i = 0; i < part._outcomes.Length; i++)
                sum._outcomes[i] += part._outcomes[i];
            sum._milliseconds.AddRange(part._milliseconds);
        }

        sum._milliseconds.Sort();
        return sum;
    }

    public void Add(RequestOutcome outcome, TimeSpan duration, bool isMeasured)
    {
        _outcomes[(int)outcome]++;
        if (isMeasured && outcome == RequestOutcome.Answered)
            _milliseconds.Add(duration.TotalMilliseconds);
    }

    /// <summary>Of a sum only: the time within which this part of the answers had arrived.</summary>
    public double Percentile(int percent) =>
        _milliseconds.Count > 0 ? _milliseconds[Math.Min(_milliseconds.Count - 1, _milliseconds.Count * percent / 100)] : 0;
}
