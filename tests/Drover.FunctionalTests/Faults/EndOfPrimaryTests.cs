using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Drover.FunctionalTests.Faults;

public sealed class EndOfPrimaryTests
{
    [Theory]
    [InlineData("SayId")]
    [InlineData("Web")]
    [InlineData("http-id.js")]
    public async Task Workers_of_a_killed_primary_end_and_leave_the_port_free(string workers)
    {
        using var primary = new SampleProgram("Drover.TestWorker", "PrimaryOf", workers.EndsWith(".js", StringComparison.Ordinal) ? TestPrograms.Node(workers) : workers);
        var lines = await primary.LinesAsync("worker ", 2);
        var port = int.Parse(lines[0].Split(' ')[3]);
        var processes = lines.Select(l => Process.GetProcessById(int.Parse(l.Split(' ')[1]))).ToArray();

        primary.Send(Signal.SIGKILL);

        foreach (var process in processes) await process.WaitForExitAsync().WaitAsync(TestCluster.Deadline);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        socket.Listen();
    }

    [Fact]
    public async Task A_worker_of_a_killed_primary_finishes_its_running_request()
    {
        using var primary = new SampleProgram("Drover.TestWorker", "PrimaryOf", "Web");
        var port = int.Parse((await primary.LinesAsync("worker ", 2))[0].Split(' ')[3]);
        using var client = new HttpClient();
        var answer = client.GetStringAsync($"http://127.0.0.1:{port}/slow");
        await primary.LinesAsync("slow request has begun");

        primary.Send(Signal.SIGKILL);

        Assert.Equal("slow", await answer.WaitAsync(TestCluster.Deadline));
    }
}
