namespace Drover.FunctionalTests.Interop;

public sealed class TlsTests
{
    [Theory(DisplayName = "test-tls-ticket-cluster: a TLS session that one Node worker began is resumed by another")]
    [InlineData(SchedulingPolicies.RoundRobin)]
    [InlineData(SchedulingPolicies.Shared)]
    public async Task A_session_is_resumed_by_another_worker(string policy)
    {
        using var folder = new TemporaryFolder();
        var certificate = TestCertificate.CreateIn(folder);
        await using var cluster = new TestCluster(settings =>
        {
            settings.Program = TestPrograms.Node("web.js");
            settings.Arguments = ["https", "0", "127.0.0.1", certificate.CertificateFile, certificate.KeyFile];
            settings.SchedulingPolicy = policy;
        });
        var (_, port) = await cluster.ForkListeningAsync(2);

        const int Count = 12;
        await using var client = RunningProgram.StartNode("tls-client.js", port.ToString(), Count.ToString());
        Assert.True(await client.ExitAsync() == 0, client.Describe());

        Assert.EndsWith(" full", client.Lines[0], StringComparison.Ordinal);
        Assert.All(client.Lines.Skip(1), line => Assert.EndsWith(" resumed", line, StringComparison.Ordinal));
        Assert.Equal(Count, client.Lines.Count);
        if (policy == SchedulingPolicies.RoundRobin) Assert.Equal(2, client.Lines.Select(l => l.Split(' ')[0]).Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Kestrel_and_Node_serve_TLS_on_one_port(bool kestrelFirst)
    {
        using var folder = new TemporaryFolder();
        var certificate = TestCertificate.CreateIn(folder);
        await using var cluster = new TestCluster();
        void Kestrel(ClusterSettings settings)
        {
            settings.Program = TestPrograms.TestWorker;
            settings.Arguments = ["WebApp", "https://127.0.0.1:0", certificate.CertificateFile, certificate.KeyFile];
        }

        void Node(ClusterSettings settings)
        {
            settings.Program = TestPrograms.Node("web.js");
            settings.Arguments = ["https", "0", "127.0.0.1", certificate.CertificateFile, certificate.KeyFile];
        }

        var (_, port) = await cluster.ForkListeningAsync(1, kestrelFirst ? Kestrel : Node);
        await cluster.ForkListeningAsync(1, kestrelFirst ? Node : Kestrel);
        await cluster.ForkListeningAsync(1, Node);
        using var http = Web.NewConnections(port, scheme: "https");

        Assert.Equal(["1", "1", "2", "2", "3", "3"], await Web.AnswersAsync(http, 6));
    }
}
