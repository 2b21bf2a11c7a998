using System.Globalization;
using System.Text.Json;
using Drover.Bench.Processes;

namespace Drover.Bench.Comparison;

/// <summary>The HTTP client, one thread of it.</summary>
sealed class Wrk(int port, int connections)
{
    const string Prefix = "result ";

    public async Task<WrkResult> RunAsync(Load load, int seconds, CancellationToken ct)
    {
        var headers = load.Headers.SelectMany(header => new[] { "-H", header });
        var command = new Command("wrk",
        [
            "-t1", $"-c{connections}", string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"),
            "-s", Repository.WrkScript, .. headers, $"http://127.0.0.1:{port}/",
        ]);
        var lines = await ChildProcess.RunAsync(command, TimeSpan.FromSeconds(seconds + 15), ct);
        var line = lines.FirstOrDefault(line => line.StartsWith(Prefix, StringComparison.Ordinal))
            ?? throw new MeasurementException($"wrk printed no result: {string.Join(' ', lines)}");
        return JsonSerializer.Deserialize<WrkResult>(line[Prefix.Length..], JsonSerializerOptions.Web)
            ?? throw new MeasurementException($"wrk printed '{line}'.");
    }
}
