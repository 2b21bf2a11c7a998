using System.Globalization;
using Drover.Bench.Processes;

namespace Drover.Bench.Article;

/// <summary>A cluster whose handler spins. Each runtime is calibrated for itself, so that a request costs the same CPU time on both.</summary>
sealed class ArticleTarget(string title, Command calibrate, Func<int, int, int, int, int, Command> start)
{
    public static readonly ArticleTarget Drover = new(
        "Drover",
        Repository.Server("calibrate", "--milliseconds", Milliseconds),
        (port, workers, iterations, crashWithin, seed) => Repository.Server(
            "spin", "--port", $"{port}", "--workers", $"{workers}", "--iterations", $"{iterations}",
            "--crash-within", $"{crashWithin}", "--seed", $"{seed}"));

    public static readonly ArticleTarget Node = new(
        "Node",
        Repository.Node("spin.js", "calibrate", Milliseconds),
        (port, workers, iterations, crashWithin, seed) => Repository.Node(
            "spin.js", $"{port}", $"{workers}", $"{iterations}", $"{crashWithin}", $"{seed}"));

    static string Milliseconds => ArticleOptions.RequestMilliseconds.ToString(CultureInfo.InvariantCulture);

    public string Title => title;

    /// <summary>How many steps of its own loop cost the CPU time of one request.</summary>
    public async Task<int> CalibrateAsync(CancellationToken ct)
    {
        var lines = await ChildProcess.RunAsync(calibrate, TimeSpan.FromSeconds(60), ct);
        return lines is [var line] && line.Split(' ') is ["result", var number]
            ? int.Parse(number, CultureInfo.InvariantCulture)
            : throw new MeasurementException($"{Title} was not calibrated: {string.Join(' ', lines)}");
    }

    /// <param name="crashWithin">Seconds; 0 for no crashes.</param>
    public Command Start(int port, int workers, int iterations, int crashWithin, int seed) => start(port, workers, iterations, crashWithin, seed);
}
