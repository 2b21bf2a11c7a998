using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Messages;

public sealed class BlockingSocketTests
{
    [Fact]
    public async Task A_connection_of_a_shared_port_can_be_read_with_calls_that_block()
    {
        await using var cluster = TestCluster.OfBehaviour("ReadConnectionSynchronously");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        var port = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        worker.Listening += address => port.TrySetResult(address.Port);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, await cluster.WithinDeadline(port.Task, "the port"), TestContext.Current.CancellationToken);

        Assert.Equal("reading", await inbox.NextAsync());
        await client.GetStream().WriteAsync("echo"u8.ToArray(), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("echo", await cluster.WithinDeadline(reader.ReadToEndAsync(TestContext.Current.CancellationToken), "the answer"));
    }

    [Fact]
    public async Task A_socket_that_came_with_a_message_can_be_read_with_calls_that_block()
    {
        await using var cluster = TestCluster.OfBehaviour("ReadSocketSynchronously");
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);
        using (var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken))
            await worker.SendAsync("socket", accepted, TestContext.Current.CancellationToken);

        Assert.Equal("reading", await inbox.NextAsync());
        await client.GetStream().WriteAsync("echo"u8.ToArray(), TestContext.Current.CancellationToken);

        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("echo", await cluster.WithinDeadline(reader.ReadToEndAsync(TestContext.Current.CancellationToken), "the answer"));
    }
}
