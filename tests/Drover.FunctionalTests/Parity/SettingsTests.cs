using System.Collections.Concurrent;

namespace Drover.FunctionalTests.Parity;

public sealed class SettingsTests
{
    [Theory(DisplayName = "cwd: workers run in the primary's directory, or from the next fork on in the one that is set")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_working_directory_can_be_set_between_forks(string kind)
    {
        using var folder = new TemporaryFolder();
        await using var cluster = TwinWorkers.Cluster(kind, "TellDirectory");
        Assert.Null(cluster.Primary.Settings.WorkingDirectory);
        using var first = new Inbox<string>(cluster, cluster.Primary.Fork());

        cluster.Primary.SetupPrimary(settings => settings.WorkingDirectory = folder.Path);
        Assert.Equal(folder.Path, cluster.Primary.Settings.WorkingDirectory);
        using var second = new Inbox<string>(cluster, cluster.Primary.Fork());

        Assert.Equal(Environment.CurrentDirectory, await first.NextAsync());
        Assert.Equal(folder.Path, await second.NextAsync());
    }

    [Theory(DisplayName = "fork-env: variables given to a fork are added to the primary's, replace them, or remove them")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_fork_changes_the_environment(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "TellEnvironment", "DROVER_TEST_ADDED", "DROVER_TEST_REPLACED", "PATH", "HOME");
        cluster.Primary.SetupPrimary(settings => settings.Environment["DROVER_TEST_REPLACED"] = "old");

        using var inbox = new Inbox<string?[]>(cluster, cluster.Primary.Fork(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DROVER_TEST_ADDED"] = "custom",
            ["DROVER_TEST_REPLACED"] = "new",
            ["HOME"] = null,
        }));

        Assert.NotNull(Environment.GetEnvironmentVariable("HOME"));
        Assert.Equal(new[] { "custom", "new", Environment.GetEnvironmentVariable("PATH"), null }, await inbox.NextAsync());
        Assert.DoesNotContain("DROVER_TEST_ADDED", cluster.Primary.Settings.Environment.Keys);
    }

    [Theory(DisplayName = "fork-stdio: output and error can be pipes that the primary reads, and input is empty then")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task The_streams_can_be_pipes(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Print");
        cluster.Primary.SetupPrimary(settings => settings.Stdio = WorkerStdio.Pipe);
        var worker = cluster.Primary.Fork();
        using var inbox = new Inbox<string>(cluster, worker);
        using var output = new StreamReader(worker.Streams!.Output);
        using var error = new StreamReader(worker.Streams.Error);

        Assert.Equal("printed", await inbox.NextAsync());
        var ended = worker.DisconnectAsync(TestContext.Current.CancellationToken);

        Assert.Equal("to output\nend of input\n", await cluster.WithinDeadline(output.ReadToEndAsync(TestContext.Current.CancellationToken), "the output"));
        Assert.Equal("to error\n", await cluster.WithinDeadline(error.ReadToEndAsync(TestContext.Current.CancellationToken), "the errors"));
        await cluster.WithinDeadline(ended, "the end of the worker");
    }

    [Theory(DisplayName = "fork-stdio: a silent worker has no streams and prints all the same")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task A_worker_can_be_silent(string kind)
    {
        await using var cluster = TwinWorkers.Cluster(kind, "Print");
        var worker = cluster.Primary.Fork(settings =>
        {
            TwinWorkers.Program(settings, kind, "Print");
            settings.Stdio = WorkerStdio.Silent;
        });
        using var inbox = new Inbox<string>(cluster, worker);

        Assert.Equal("printed", await inbox.NextAsync());
        Assert.Null(worker.Streams);
        Assert.All((int[])[0, 1, 2], number => Assert.Equal("/dev/null", new FileInfo($"/proc/{worker.ProcessId}/fd/{number}").LinkTarget));
    }

    [Fact(DisplayName = "setup-primary-cumulative: settings begin with defaults, and each setup changes what it names and nothing else")]
    public async Task Setups_add_up()
    {
        await using var primary = new ClusterPrimary();
        var settings = primary.Settings;
        Assert.Null(settings.Program);
        Assert.Null(settings.Arguments);
        Assert.Empty(settings.RuntimeArguments);
        Assert.Equal(WorkerStdio.Inherit, settings.Stdio);

        primary.SetupPrimary(s => s.Program = "overridden");
        primary.SetupPrimary(s => s.Arguments = ["foo", "bar"]);
        primary.SetupPrimary(s => s.RuntimeArguments = ["baz", "bang"]);
        primary.SetupPrimary(_ => { });

        Assert.Null(settings.Program);
        Assert.Equal("overridden", primary.Settings.Program);
        Assert.Equal(["foo", "bar"], primary.Settings.Arguments);
        Assert.Equal(["baz", "bang"], primary.Settings.RuntimeArguments);
        Assert.Equal(WorkerStdio.Inherit, primary.Settings.Stdio);
    }

    [Fact(DisplayName = "setup-primary-emit, setup-primary-multiple: each setup raises the event once, with the settings of that moment")]
    public async Task Each_setup_raises_the_event()
    {
        await using var cluster = new TestCluster();
        var programs = new ConcurrentQueue<string?>();
        cluster.Primary.OnSetup += settings => programs.Enqueue(settings.Program);

        foreach (var program in (string[])["next", "next-2", "next-3"]) cluster.Primary.SetupPrimary(settings => settings.Program = program);
        cluster.Primary.SetupPrimary(_ => { });
        await cluster.UntilAsync(() => programs.Count == 4, "four events");

        Assert.Equal(["next", "next-2", "next-3", "next-3"], programs);
    }

    [Theory(DisplayName = "setup-primary: what is set up is forked, and the event tells it before every fork")]
    [InlineData(TwinWorkers.CSharp)]
    [InlineData(TwinWorkers.Node)]
    public async Task What_is_set_up_is_forked(string kind)
    {
        await using var cluster = new TestCluster();
        var order = new ConcurrentQueue<string>();
        cluster.Primary.OnSetup += settings => order.Enqueue($"setup {settings.Stdio} {settings.Arguments![^1]}");
        cluster.Primary.OnFork += worker => order.Enqueue($"fork {worker.Id}");
        cluster.Primary.SetupPrimary(settings =>
        {
            TwinWorkers.Program(settings, kind, "TellArguments", "custom argument");
            settings.Stdio = WorkerStdio.Silent;
        });

        Worker[] workers = [cluster.Primary.Fork(), cluster.Primary.Fork()];
        foreach (var worker in workers)
        {
            using var inbox = new Inbox<string[]>(cluster, worker);
            Assert.Equal(["custom argument"], await inbox.NextAsync());
            Assert.Null(worker.Streams);
        }

        const string setup = "setup Silent custom argument";
        Assert.Equal([setup, setup, "fork 1", setup, "fork 2"], order);
    }

    [Fact(DisplayName = "setup-primary-argv: a program that forks itself gives its own arguments on")]
    public async Task Arguments_are_given_on()
    {
        await using var program = RunningProgram.StartTestWorker("SameProgram", "one", "two words");

        Assert.Equal(0, await program.ExitAsync());

        Assert.Equal(["worker 1 was started with: one two words", "worker 1 ended with 0"], program.Lines);
    }
}
