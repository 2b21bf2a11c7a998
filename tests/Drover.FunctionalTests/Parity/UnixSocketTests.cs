using System.Net.Sockets;
using Drover.TestWorker.Commands;

namespace Drover.FunctionalTests.Parity;

public sealed class UnixSocketTests
{
    private const UnixFileMode ReadWriteByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    [Theory(DisplayName = "http-pipe: HTTP over a Unix socket, shared by the workers")]
    [InlineData("Kestrel")]
    [InlineData("Node")]
    public async Task HTTP_is_served_over_a_Unix_socket(string server)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("http.sock");
        await using var cluster = server == "Kestrel" ? TestCluster.OfBehaviour("Web", "http://unix:" + path) : TestCluster.OfScript("http-pipe.js", path);
        var (_, port) = await cluster.ForkListeningAsync(2);

        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(path, token) });
        client.DefaultRequestHeaders.ConnectionClose = true;
        var answers = new List<string>();
        for (var i = 0; i < 4; i++) answers.Add(await client.GetStringAsync("http://localhost/", TestContext.Current.CancellationToken));

        Assert.Equal(-1, port);
        Assert.Equal(["1", "1", "2", "2"], answers.Order(StringComparer.Ordinal));
    }

    [Theory(DisplayName = "listen-pipe-readable-writable: the socket file may be made for every user")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task The_socket_file_is_for_every_user(string kind, string policy)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("all.sock");
        await using var cluster = CommandedWorkers.Cluster(kind, policy);

        await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Path = path, AllUsers = true });

        Assert.Equal(ReadWriteByAll, File.GetUnixFileMode(path) & ReadWriteByAll);
    }

    [Fact]
    public async Task A_socket_that_all_may_read_is_not_one_that_all_may_connect_to()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("read.sock");
        await using var cluster = TestCluster.OfScript("listen-readable.js", path);

        await cluster.ForkListeningAsync(1);

        Assert.Equal(UnixFileMode.OtherRead, File.GetUnixFileMode(path) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite));
    }

    [Theory(DisplayName = "net-listen-relative-path: a path too long for a socket address is served all the same, and removed in the end")]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.CSharp, SchedulingPolicies.Shared)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.RoundRobin)]
    [InlineData(CommandedWorkers.Node, SchedulingPolicies.Shared)]
    public async Task A_long_path_is_served_and_removed(string kind, string policy)
    {
        using var folder = new TemporaryFolder();
        var directory = Directory.CreateDirectory(folder.File(new string('d', 120))).FullName;
        var path = Path.Combine(directory, "long.sock");
        await using var cluster = new TestCluster(settings =>
        {
            CommandedWorkers.Program(settings, kind);
            settings.SchedulingPolicy = policy;
            settings.WorkingDirectory = directory;
        });

        // The worker's own way to a path that is too long: relative to where it stands. C# makes every path absolute by itself.
        await cluster.OpenAsync(cluster.Primary.Fork(), new WorkerCommand("listen") { Path = "long.sock" });
        var link = folder.File("short");
        Directory.CreateSymbolicLink(link, directory);
        Assert.Equal("1", await Client.ReadAllAsync(new UnixDomainSocketEndPoint(Path.Combine(link, "long.sock"))));

        await cluster.WithinDeadline(cluster.Primary.DisconnectAsync(), "the end");
        Assert.False(File.Exists(path));
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
