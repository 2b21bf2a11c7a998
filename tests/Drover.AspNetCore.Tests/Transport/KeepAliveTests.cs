using System.Net;
using System.Text;
using Drover.AspNetCore.Tests.Serving;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Http;

namespace Drover.AspNetCore.Tests.Transport;

public class KeepAliveTests
{
    [Fact(Timeout = 30_000)]
    public async Task One_connection_serves_many_requests()
    {
        await using var server = await TestServer.StartAsync(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Connection.Id}:{context.Request.Method}:{await reader.ReadToEndAsync()}");
        });
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = 1 };
        using var client = new HttpClient(handler) { BaseAddress = server.Address };

        var ids = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            ids.Add((await client.GetStringAsync(string.Empty)).Split(':')[0]);
            var posted = await client.PostAsync(string.Empty, new StringContent(new string('x', i * 500)));
            Assert.EndsWith(":POST:" + new string('x', i * 500), await posted.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.Single(ids);
        Assert.Empty(server.Log.Complaints);
    }

    [Fact(Timeout = 30_000)]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        const int Requests = 1000;
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsync($"[{context.Request.Path}]"));
        using var client = await server.ConnectAsync();

        var text = new StringBuilder();
        for (var i = 1; i < Requests; i++) text.Append($"GET /{i} HTTP/1.1\r\nHost: test\r\n\r\n");
        text.Append($"GET /{Requests} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        var sending = client.SendAsync(text.ToString());
        var answers = await client.ReceiveToEndAsync();
        await sending;

        var last = -1;
        for (var i = 1; i <= Requests; i++)
        {
            var at = answers.IndexOf($"[/{i}]", StringComparison.Ordinal);
            Assert.True(at > last, $"Answer {i} is missing or out of order.");
            last = at;
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task A_request_may_arrive_byte_by_byte()
    {
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsync("whole"));
        using var client = await server.ConnectAsync();
        foreach (var character in "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n") await client.SendAsync(character.ToString());
        Assert.Contains("whole", await client.ReceiveToEndAsync(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Five_hundred_connections_at_once(int loops)
    {
        const int Connections = 500;
        var together = new TaskCompletionSource();
        var arrived = 0;
        var options = new ConnectionTransportOptions { LoopCount = loops };
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                if (Interlocked.Increment(ref arrived) == Connections) together.SetResult();
                await together.Task;
                await context.Response.WriteAsync(context.Connection.Id);
            },
            options: options);
        using var client = new HttpClient { BaseAddress = server.Address };

        for (var round = 0; round < 3; round++)
        {
            var ids = await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => client.GetStringAsync(string.Empty)));
            if (round == 0) Assert.Equal(Connections, ids.Distinct(StringComparer.Ordinal).Count());
        }

        Assert.Empty(server.Log.Complaints);
    }

    [Fact(Timeout = 30_000)]
    public async Task A_handler_that_blocks_its_thread_holds_up_nobody_else()
    {
        using var gate = new ManualResetEventSlim();
        await using var server = await TestServer.StartAsync(context =>
        {
            if (context.Request.Path == "/open") gate.Set();
            else gate.Wait();
            return context.Response.WriteAsync("through");
        });
        using var client = new HttpClient { BaseAddress = server.Address };
        var blocked = Enumerable.Range(0, 4).Select(_ => client.GetStringAsync("blocked")).ToArray();
        Assert.Equal("through", await client.GetStringAsync("open"));
        await Task.WhenAll(blocked);
    }

    [Fact(Timeout = 30_000)]
    public async Task The_application_sees_both_end_points()
    {
        await using var server = await TestServer.StartAsync(context => context.Response.WriteAsJsonAsync(
            new[] { context.Connection.LocalPort, context.Connection.RemotePort, context.Connection.RemoteIpAddress!.Equals(IPAddress.Loopback) ? 1 : 0 }));
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
        var answer = await client.ReceiveToEndAsync();
        Assert.EndsWith($"[{server.Port},{((IPEndPoint)client.LocalEndPoint!).Port},1]", answer, StringComparison.Ordinal);
    }
}
