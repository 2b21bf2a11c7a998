using System.Text;

namespace Drover.FunctionalTests.Faults;

public sealed class NonsenseTests
{
    private const int Channel = 3;
    private const int HandOff = 4;

    public static TheoryData<string, string> OnTheChannel()
    {
        var data = new TheoryData<string, string>();
        foreach (var what in Nonsense.Keys)
        {
            data.Add("C#", what);
            data.Add("Node", what);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(OnTheChannel))]
    public async Task Nonsense_on_the_channel_ends_its_worker_with_one_clear_line(string kind, string what)
    {
        var (bytes, times) = Nonsense[what];
        await using var cluster = Misbehaving(kind, Channel, bytes, times);
        await EndsAndIsReplacedAsync(cluster);
    }

    [Theory]
    [InlineData("random bytes")]
    [InlineData("an empty record")]
    [InlineData("a wrong length")]
    [InlineData("an unknown kind")]
    public async Task Nonsense_on_the_hand_off_socket_ends_its_worker_with_one_clear_line(string what)
    {
        byte[] bytes = what switch
        {
            "random bytes" => RandomBytes(777),
            "an empty record" => [],
            "a wrong length" => [3, 0, 2, 0, 1, 2, 3],
            _ => [9, 0, 0, 0],
        };
        await using var cluster = Misbehaving("C#", HandOff, bytes, times: 1);
        await EndsAndIsReplacedAsync(cluster);
    }

    [Theory]
    [InlineData("C#")]
    [InlineData("Node")]
    public async Task Words_that_the_primary_does_not_know_harm_nobody(string kind)
    {
        var words = Encoding.UTF8.GetBytes(
            """
            {"cmd":"NODE_CLUSTER","act":"dance","seq":100000}
            {"cmd":"NODE_CLUSTER","ack":99,"accepted":true}
            {"cmd":"NODE_CLUSTER","act":"close","key":"nothing","seq":100001}
            {"cmd":"NODE_HANDLE_ACK"}
            {"cmd":"NODE_HANDLE_NACK"}
            {"cmd":"NODE_SOCKET_GET_COUNT"}
            {"cmd":"NODE_LATER"}
            {"cmd":"DROVER_LATER","id":1}
            {"cmd":"DROVER_RESPONSE","id":77,"value":1}
            "the last one"

            """.ReplaceLineEndings("\n"));
        await using var cluster = Misbehaving(kind, Channel, words, times: 200);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        cluster.Primary.OnMessage += (_, message) =>
        {
            if (message.ToString() == "\"the last one\"" && Interlocked.Increment(ref count) == 200) seen.SetResult();
        };
        var (_, port) = await cluster.ForkListeningAsync(1);
        await cluster.WithinDeadline(seen.Task, "the last of the words");

        using var client = await FaultClient.ConnectAsync(port);
        Assert.Equal("1 hello", await client.AskAsync("hello"));
        Assert.DoesNotContain(cluster.LogLines, l => l.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("[1")]
    [InlineData("")]
    public async Task A_handler_of_every_message_is_given_no_nonsense_either(string line)
    {
        await using var cluster = Misbehaving("C#", Channel, Encoding.UTF8.GetBytes(line + "\n"), times: 3);
        var given = new List<string>();
        cluster.Primary.OnMessage += (_, message) =>
        {
            lock (given) given.Add(message.ToString());
        };
        await EndsAndIsReplacedAsync(cluster);
        Assert.Empty(given);
    }

    private static readonly Dictionary<string, (byte[] Bytes, int Times)> Nonsense = new(StringComparer.Ordinal)
    {
        ["random bytes"] = (RandomBytes(8192), 10),
        ["half of a message of the protocol"] = Line("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"listening"),
        ["half of a user's message"] = Line("{\"a\":"),
        ["two values in a line"] = Line("1 2"),
        ["text"] = Line("Hello, world"),
        ["a line without an end"] = (Enumerable.Repeat((byte)'x', 32 * 1024).ToArray(), 8400),
        ["a flood of empty lines"] = (Enumerable.Repeat((byte)'\n', 32 * 1024).ToArray(), 200),
        ["brackets without an end"] = Line(new string('[', 60_000)),
        ["a sequence number that is none"] = Line("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"seq\":\"x\"}"),
        ["a port that is none"] = Line("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"address\":\"127.0.0.1\",\"port\":9999999,\"addressType\":4,\"seq\":900}"),
        ["a Unix socket without a path"] = Line("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"address\":null,\"port\":-1,\"addressType\":-1,\"seq\":900}"),
        ["an address type that is none"] = Line("{\"cmd\":\"NODE_CLUSTER\",\"act\":\"queryServer\",\"address\":null,\"port\":0,\"addressType\":5,\"seq\":900}"),
        ["a request whose id is no number"] = Line("{\"cmd\":\"DROVER_REQUEST\",\"id\":1.5,\"type\":\"T\",\"value\":1}"),
        ["an answer whose id is no number"] = Line("{\"cmd\":\"DROVER_RESPONSE\",\"id\":\"x\",\"value\":1}"),
        ["letters that are none"] = ([.. "{\"x\":\"NODE_\",\"cmd\":\""u8, 0xff, 0xfe, .. "\"}\n"u8], 1),
    };

    private static async Task EndsAndIsReplacedAsync(TestCluster cluster)
    {
        var (_, port) = await cluster.ForkListeningAsync(1);
        await cluster.EventAsync("exit 1 SIGKILL");
        await cluster.EventAsync($"listening 2 {port}");

        using var client = await FaultClient.ConnectAsync(port);
        Assert.Equal("2 hello", await client.AskAsync("hello"));
        var line = Assert.Single(cluster.LogLines, l => l.StartsWith("Error", StringComparison.Ordinal));
        Assert.Contains("Worker 1 (pid", line);
        Assert.Contains("is not the protocol", line);
        TestContext.Current.TestOutputHelper!.WriteLine(line);
    }

    private static TestCluster Misbehaving(string kind, int descriptor, byte[] bytes, int times) => new(settings =>
    {
        string[] arguments = [$"{descriptor}", Convert.ToBase64String(bytes), $"{times}"];
        settings.Program = kind == "Node" ? TestPrograms.Node("misbehave.js") : TestPrograms.TestWorker;
        settings.Arguments = kind == "Node" ? arguments : ["Misbehave", .. arguments];
        settings.Restart = new RestartPolicy();
    });

    private static (byte[] Bytes, int Times) Line(string text) => (Encoding.UTF8.GetBytes(text + "\n"), 1);

    private static byte[] RandomBytes(int count)
    {
        var bytes = new byte[count];
        new Random(4711).NextBytes(bytes);
        return bytes;
    }
}
