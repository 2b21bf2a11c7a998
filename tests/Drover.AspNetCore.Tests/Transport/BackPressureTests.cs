using System.Buffers;
using System.Security.Cryptography;
using Drover.AspNetCore.Tests.Serving;
using Microsoft.AspNetCore.Http;

namespace Drover.AspNetCore.Tests.Transport;

public class BackPressureTests
{
    private const int Size = 20 * 1024 * 1024;
    private const int Paused = 5003;
    private const int Resumed = 5004;

    private static readonly byte[] Content = RandomNumberGenerator.GetBytes(Size);

    [Fact(Timeout = 60_000)]
    public async Task An_application_that_does_not_read_stops_the_client_and_then_gets_everything()
    {
        var read = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(async context =>
        {
            await read.Task;
            var hash = await SHA256.HashDataAsync(context.Request.Body, context.RequestAborted);
            await context.Response.WriteAsync(Convert.ToHexString(hash));
        });
        using var client = await server.ConnectAsync();

        var sending = Task.Run(async () =>
        {
            await client.SendAsync($"POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {Size}\r\n\r\n");
            await client.SendAllAsync(Content);
        });
        await server.Log.WaitFor(Paused);
        Assert.False(sending.IsCompleted);
        read.SetResult();
        await sending;

        Assert.Contains(Convert.ToHexString(SHA256.HashData(Content)), await client.ReceiveToEndAsync(), StringComparison.Ordinal);
        await server.Log.WaitFor(Resumed);
        Assert.Empty(server.Log.Complaints);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    [InlineData(3_000_000)]
    public async Task A_client_that_does_not_read_stops_the_application_and_then_gets_everything(int writeSize)
    {
        var stalledAt = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await TestServer.StartAsync(async context =>
        {
            context.Response.ContentLength = Size;
            for (var written = 0; written < Size; written += writeSize)
            {
                context.Response.BodyWriter.Write(Content.AsSpan(written, Math.Min(writeSize, Size - written)));
                var flush = context.Response.BodyWriter.FlushAsync();
                if (!flush.IsCompleted) stalledAt.TrySetResult(written);
                await flush;
            }
        });
        using var client = await server.ConnectAsync();
        await client.SendAsync("GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        Assert.InRange(await stalledAt.Task, 0, Size - writeSize);

        await client.ReceiveUntilAsync("\r\n\r\n");
        var received = new MemoryStream(Size);
        var buffer = new byte[10_000];
        int count;
        while ((count = await client.ReceiveAsync(buffer)) > 0) received.Write(buffer, 0, count);
        Assert.True(received.GetBuffer().AsSpan(0, (int)received.Length).SequenceEqual(Content));
        Assert.Empty(server.Log.Complaints);
    }

    [Fact(Timeout = 60_000)]
    public async Task Both_directions_of_one_connection_at_full_speed()
    {
        await using var server = await TestServer.StartRawAsync(async connection =>
        {
            while (true)
            {
                var result = await connection.Transport.Input.ReadAsync();
                foreach (var segment in result.Buffer) await connection.Transport.Output.WriteAsync(segment);
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) return;
            }
        });
        using var client = await server.ConnectAsync();
        var sending = Task.Run(async () =>
        {
            await client.SendAllAsync(Content);
            client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        });
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await client.ReceiveAsync(buffer)) > 0) hash.AppendData(buffer, 0, count);
        await sending;
        Assert.Equal(SHA256.HashData(Content), hash.GetHashAndReset());
    }
}
