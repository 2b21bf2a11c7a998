namespace Drover.Bench.Processes;

/// <summary>One request before the load: the server must say what it is expected to say.</summary>
static class Probe
{
    public static async Task AnswersAsync(int port, string expected, CancellationToken ct)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        client.DefaultRequestHeaders.ConnectionClose = true;
        try
        {
            var answer = await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"), ct);
            if (!answer.StartsWith(expected, StringComparison.Ordinal))
                throw new MeasurementException($"the server answered '{answer}', not '{expected}'");
        }
        catch (HttpRequestException e)
        {
            throw new MeasurementException($"the server listens but does not answer: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new MeasurementException("the server listens but does not answer within 10 s", e);
        }
    }
}
