using System.Buffers;
using System.Net.Sockets;
using Drover.AspNetCore.Tests.Serving;
using Drover.AspNetCore.Transport;
using Drover.Interop;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.AspNetCore.Tests.Transport;

public class StoppingTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_running_request_is_answered_and_idle_connections_end()
    {
        var running = new TaskCompletionSource();
        var answer = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/slow")
            {
                running.SetResult();
                await answer.Task;
            }

            await context.Response.WriteAsync("answered");
        });
        using var idle = await server.ConnectAsync();
        await idle.SendAsync(RawHttp.Get);
        await idle.ReceiveUntilAsync("answered\r\n0\r\n\r\n");
        using var busy = await server.ConnectAsync();
        await busy.SendAsync("GET /slow HTTP/1.1\r\nHost: test\r\n\r\n");
        await running.Task;

        var stopping = server.StopAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await idle.ReceiveToEndAsync());
        Assert.False(stopping.IsCompleted);
        answer.SetResult();
        Assert.Contains("answered", await busy.ReceiveToEndAsync(), StringComparison.Ordinal);
        await stopping;
        Assert.Empty(server.Log.Complaints);
    }

    [Fact(Timeout = 30_000)]
    public async Task Disposing_the_transport_breaks_off_what_nobody_ended()
    {
        var (client, connection, transport) = await PairAsync();
        await transport.DisposeAsync();
        await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await connection.Transport.Input.ReadAsync());
        await connection.DisposeAsync();
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]));
        client.Dispose();
    }

    [Fact(Timeout = 30_000)]
    public async Task A_stopped_transport_takes_no_connection_and_closes_its_descriptor()
    {
        var (client, connection, transport) = await PairAsync();
        await connection.DisposeAsync();
        client.Dispose();
        await transport.DisposeAsync();
        var (ours, theirs) = SocketPair.CreateStream();
        using (theirs)
        {
            Assert.Throws<ObjectDisposedException>(() => transport.Accept(ours));
            Assert.True(ours.IsClosed);
        }
    }

    [Fact(Timeout = 30_000)]
    public async Task Disposing_a_connection_sends_the_rest_first()
    {
        var (client, connection, transport) = await PairAsync();
        connection.Transport.Output.Write(new byte[1_000_000].AsSpan());
        var disposing = connection.DisposeAsync();
        var received = 0;
        int count;
        while ((count = await client.ReceiveAsync(new byte[4096])) > 0) received += count;
        await disposing;
        Assert.Equal(1_000_000, received);
        client.Dispose();
        await transport.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task No_descriptor_is_left()
    {
        // The first round opens what the run-time keeps for itself.
        await ServeAndStopAsync();
        var before = OpenDescriptors();
        for (var round = 0; round < 3; round++) await ServeAndStopAsync();
        Assert.Empty(OpenDescriptors().Except(before, StringComparer.Ordinal));
    }

    private static async Task ServeAndStopAsync()
    {
        await using var server = await TestServer.StartAsync(async context =>
        {
            if (context.Request.Path == "/abort") context.Abort();
            else await context.Response.WriteAsync("ok");
        });
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var client = await server.ConnectAsync();
            switch (i % 5)
            {
                case 0: // Ended by the server.
                    await client.SendAsync("GET / HTTP/1.0\r\n\r\n");
                    await client.ReceiveToEndAsync();
                    break;
                case 1: // Ended by the client.
                    await client.SendAsync(RawHttp.Get);
                    await client.ReceiveUntilAsync("ok\r\n0\r\n\r\n");
                    break;
                case 2:
                    await client.SendAsync("GET /abort HTTP/1.1\r\nHost: test\r\n\r\n");
                    await Record.ExceptionAsync(client.ReceiveToEndAsync);
                    break;
                case 3:
                    await client.SendAsync(RawHttp.Get);
                    client.Break();
                    break;
                default: // Never says a word.
                    break;
            }
        }));
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<(Socket Client, ConnectionContext Connection, ConnectionTransport Transport)> PairAsync()
    {
        var transport = new ConnectionTransport(new ConnectionTransportOptions(), NullLogger.Instance);
        var (ours, theirs) = SocketPair.CreateStream();
        var connection = transport.Accept(ours);
        var client = new Socket(new SafeSocketHandle(theirs.Release(), ownsHandle: true));
        await client.SendAsync("x");
        var first = await connection.Transport.Input.ReadAsync();
        connection.Transport.Input.AdvanceTo(first.Buffer.End);
        return (client, connection, transport);
    }

    // Sockets by their own number; the loops' epoll sets and event descriptors, which have none, as the first, the second...
    // Not the rest: the host watches its configuration files, and lets them go when it pleases.
    private static List<string> OpenDescriptors() => Directory.GetFiles("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget ?? string.Empty)
        .Where(target => target.StartsWith("socket:", StringComparison.Ordinal) || target.StartsWith("anon_inode:[event", StringComparison.Ordinal))
        .GroupBy(target => target, StringComparer.Ordinal)
        .SelectMany(group => group.Select((target, index) => $"{target} {index}"))
        .ToList();
}
