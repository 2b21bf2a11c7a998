using System.Threading.Channels;

namespace Drover.FunctionalTests.Support;

/// <summary>The messages of a worker as they come.</summary>
internal sealed class Inbox<T> : IDisposable
{
    private readonly Channel<T> _messages = Channel.CreateUnbounded<T>();
    private readonly TestCluster _cluster;
    private readonly string _from;
    private readonly IDisposable _registration;

    internal Inbox(TestCluster cluster, Worker worker)
    {
        _cluster = cluster;
        _from = worker.ToString();
        _registration = worker.OnMessage<T>(message => _messages.Writer.TryWrite(message));
    }

    /// <summary>How many have come and have not been looked at.</summary>
    internal int Count => _messages.Reader.Count;

    internal Task<T> NextAsync() => _cluster.WithinDeadline(_messages.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask(), $"a {typeof(T).Name} from {_from}");

    public void Dispose() => _registration.Dispose();
}

/// <summary>The same for messages as they arrived, with their sockets.</summary>
internal sealed class RawInbox : IDisposable
{
    private readonly Channel<ClusterMessage> _messages = Channel.CreateUnbounded<ClusterMessage>();
    private readonly TestCluster _cluster;
    private readonly Worker _worker;

    internal RawInbox(TestCluster cluster, Worker worker)
    {
        _cluster = cluster;
        _worker = worker;
        worker.Message += Add;
    }

    internal Task<ClusterMessage> NextAsync() =>
        _cluster.WithinDeadline(_messages.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask(), $"a message from {_worker}");

    public void Dispose() => _worker.Message -= Add;

    private void Add(ClusterMessage message) => _messages.Writer.TryWrite(message);
}
