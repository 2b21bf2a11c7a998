using System.Text.Json;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Support;

/// <summary>The web programs of the tests, in C# and in Node, and a client for them.</summary>
internal static class Web
{
    internal const string Kestrel = "Kestrel";
    internal const string NodeHttp = "Node http";
    internal const string Express = "Express";

    internal static TestCluster Cluster(string kind, string? policy = null) => new(settings =>
    {
        Program(settings, kind);
        settings.SchedulingPolicy = policy;
    });

    internal static void Program(ClusterSettings settings, string kind)
    {
        settings.Program = kind == Kestrel ? TestPrograms.TestWorker : TestPrograms.Node("web.js");
        settings.Arguments = kind == Kestrel ? ["WebApp", "http://127.0.0.1:0"] : [kind == Express ? "express" : "http", "0", "127.0.0.1"];
    }

    /// <summary>A client whose every request is a new connection.</summary>
    internal static HttpClient NewConnections(int port, string host = "127.0.0.1", string scheme = "http")
    {
        var http = KeepAlive(port, host, scheme);
        http.DefaultRequestHeaders.ConnectionClose = true;
        return http;
    }

    internal static HttpClient KeepAlive(int port, string host = "127.0.0.1", string scheme = "http")
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        return new HttpClient(handler) { BaseAddress = new Uri($"{scheme}://{host}:{port}/"), Timeout = TestCluster.Deadline };
    }

    /// <summary>The answers to so many GET /, sorted.</summary>
    internal static async Task<IReadOnlyList<string>> AnswersAsync(HttpClient http, int count)
    {
        var answers = new List<string>();
        for (var i = 0; i < count; i++) answers.Add(await http.GetStringAsync("", TestContext.Current.CancellationToken));
        return [.. answers.Order(StringComparer.Ordinal)];
    }

    /// <summary>Sends GET /hold; returns when the request runs, with the worker that runs it and the answer to come.</summary>
    internal static async Task<(Worker Worker, Task<string> Answer)> HoldAsync(this TestCluster cluster, HttpClient http)
    {
        var holding = new TaskCompletionSource<Worker>(TaskCreationOptions.RunContinuationsAsynchronously);
        void OnMessage(Worker worker, ClusterMessage message)
        {
            using var json = JsonDocument.Parse(message.Json);
            if (json.RootElement.TryGetProperty("holding", out _)) holding.TrySetResult(worker);
        }

        cluster.Primary.OnMessage += OnMessage;
        var answer = http.GetStringAsync("hold", TestContext.Current.CancellationToken);
        var worker = await cluster.WithinDeadline(holding.Task, "a request that runs");
        cluster.Primary.OnMessage -= OnMessage;
        return (worker, answer);
    }

    /// <summary>Lets the requests that the worker holds end.</summary>
    internal static ValueTask FinishAsync(this Worker worker) => worker.SendAsync(new FinishMessage(true), TestContext.Current.CancellationToken);
}
