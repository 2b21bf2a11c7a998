namespace Drover.Bench.Comparison;

/// <summary>What wrk counted: answers, the time they took, and each kind of error. Latencies in microseconds.</summary>
/// <param name="Status">Answers that were neither 2xx nor 3xx.</param>
sealed record WrkResult(
    int Requests, long Microseconds, double P50, double P99, int Connect, int Read, int Write, int Status, int Timeout)
{
    public double PerSecond => Requests * 1e6 / Microseconds;

    public int Errors => Connect + Read + Write + Status + Timeout;
}
