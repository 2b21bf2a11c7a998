using System.Net.Sockets;
using System.Text;
using Drover.AspNetCore.Tests.Serving;
using Drover.AspNetCore.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Drover.AspNetCore.Tests.Transport;

/// <summary>Each on Kestrel's own transport too, so what is asserted is what Kestrel does.</summary>
public class EndOfConnectionTests
{
    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task After_the_clients_end_of_stream_the_answer_is_still_sent(ServerKind kind)
    {
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartRawAsync(
            async connection =>
            {
                await using var registration = connection.ConnectionClosed.Register(() => closed.TrySetResult());
                var asked = 0L;
                while (true)
                {
                    var result = await connection.Transport.Input.ReadAsync();
                    asked += result.Buffer.Length;
                    connection.Transport.Input.AdvanceTo(result.Buffer.End);
                    if (result.IsCompleted) break;
                }

                await closed.Task;
                await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"got {asked}"));
            },
            kind);
        using var client = await server.ConnectAsync();
        await client.SendAsync("question");
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("got 8", await client.ReceiveToEndAsync());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task A_reset_by_the_client_reaches_the_reader_and_the_token(ServerKind kind)
    {
        var seen = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartRawAsync(
            async connection =>
            {
                var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = connection.ConnectionClosed.Register(() => closed.TrySetResult());
                var first = await connection.Transport.Input.ReadAsync();
                connection.Transport.Input.AdvanceTo(first.Buffer.End);
                await connection.Transport.Output.WriteAsync("go"u8.ToArray());
                var error = await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync());
                await closed.Task;
                seen.SetResult(error);
            },
            kind);
        using var client = await server.ConnectAsync();
        await client.SendAsync("x");
        await client.ReceiveUntilAsync("go");
        client.Break();
        Assert.IsType<ConnectionResetException>(await seen.Task);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task A_reset_ends_a_writer_that_waits_for_the_client(ServerKind kind)
    {
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var completed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartRawAsync(
            async connection =>
            {
                var chunk = new byte[100_000];
                while (true)
                {
                    var flush = connection.Transport.Output.WriteAsync(chunk);
                    if (!flush.IsCompleted) stalled.TrySetResult();
                    if ((await flush).IsCompleted) break;
                }

                completed.SetResult(true);
            },
            kind);
        using var client = await server.ConnectAsync();
        await stalled.Task;
        client.Break();
        Assert.True(await completed.Task);
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours, false)]
    [InlineData(ServerKind.Ours, true)]
    [InlineData(ServerKind.KestrelSockets, false)]
    [InlineData(ServerKind.KestrelSockets, true)]
    public async Task An_abort_resets_the_client_and_completes_both_pipes(ServerKind kind, bool whileSending)
    {
        var seen = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartRawAsync(
            async connection =>
            {
                var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await using var registration = connection.ConnectionClosed.Register(() => closed.TrySetResult());
                var first = await connection.Transport.Input.ReadAsync();
                connection.Transport.Input.AdvanceTo(first.Buffer.End);
                var flush = connection.Transport.Output.WriteAsync(new byte[whileSending ? 50_000_000 : 1]);
                Assert.Equal(!whileSending, flush.IsCompleted);
                var reading = Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync());
                connection.Abort(new ConnectionAbortedException("first"));
                connection.Abort(new ConnectionAbortedException("second"));
                var error = await reading;
                await flush;
                while (!(await connection.Transport.Output.WriteAsync(new byte[1])).IsCompleted) await Task.Yield();
                await closed.Task;
                seen.SetResult(error);
            },
            kind);
        using var client = await server.ConnectAsync();
        await client.SendAsync("x");
        var broken = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await client.ReceiveAsync(new byte[4096]) > 0)
            {
            }
        });
        Assert.Equal(SocketError.ConnectionReset, broken.SocketErrorCode);
        Assert.Equal("first", Assert.IsType<ConnectionAbortedException>(await seen.Task).Message);
    }

    [Fact(Timeout = 30_000)]
    public async Task An_abort_may_be_set_to_end_the_stream_politely()
    {
        await using var server = await TestServer.StartRawAsync(
            async connection =>
            {
                await connection.Transport.Output.WriteAsync("bye"u8.ToArray());
                connection.Abort();
            },
            options: new ConnectionTransportOptions { EndStreamOnAbort = true });
        using var client = await server.ConnectAsync();
        Assert.Equal("bye", await client.ReceiveToEndAsync());
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task A_request_that_is_aborted_breaks_the_connection(ServerKind kind)
    {
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                await context.Response.WriteAsync("part");
                await context.Response.Body.FlushAsync();
                context.Abort();
            },
            kind);
        using var client = new HttpClient { BaseAddress = server.Address };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(string.Empty));
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task A_client_that_leaves_aborts_its_request(ServerKind kind)
    {
        var running = new TaskCompletionSource();
        var aborted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                await using var registration = context.RequestAborted.Register(() => aborted.TrySetResult());
                running.SetResult();
                await aborted.Task;
            },
            kind);
        using var client = await server.ConnectAsync();
        await client.SendAsync(RawHttp.Get);
        await running.Task;
        client.Break();
        await aborted.Task;
    }

    [Theory(Timeout = 30_000)]
    [InlineData(ServerKind.Ours)]
    [InlineData(ServerKind.KestrelSockets)]
    public async Task An_upload_that_breaks_off_fails_in_the_applications_read(ServerKind kind)
    {
        var error = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(
            async context =>
            {
                error.SetResult(await Record.ExceptionAsync(async () =>
                {
                    var buffer = new byte[1000];
                    while (await context.Request.Body.ReadAsync(buffer) > 0) reading.TrySetResult();
                }));
            },
            kind);
        using var client = await server.ConnectAsync();
        await client.SendAsync("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\nbeginning");
        await reading.Task;
        client.Break();
        Assert.IsAssignableFrom<IOException>(await error.Task);
    }
}
