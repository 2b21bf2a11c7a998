using System.Net;
using Drover.Interop;
using Drover.Workers;

namespace Drover.Listening;

/// <summary>
/// One listen key: the socket that the primary owns for it, and the workers that have it open. Loop thread only.
/// </summary>
internal abstract class SharedServer : IDisposable
{
    private readonly List<ForkedWorker> _askers = [];
    private readonly string? _socketFile;

    private protected SharedServer(string key, BoundSocket bound)
    {
        Key = key;
        Socket = bound.Socket;
        LocalEndPoint = bound.LocalEndPoint;
        _socketFile = bound.SocketFile;
    }

    internal string Key { get; }

    internal FileDescriptor Socket { get; }

    internal EndPoint? LocalEndPoint { get; }

    /// <summary>Workers that have been told about the server and have not closed it.</summary>
    internal IReadOnlyList<ForkedWorker> Users => _askers;

    internal bool IsUsedBy(ForkedWorker worker) => _askers.Contains(worker);

    /// <summary>The worker has been answered.</summary>
    internal void Add(ForkedWorker worker) => _askers.Add(worker);

    /// <summary>The worker says that it listens: from now on it takes its share.</summary>
    internal abstract void Join(ForkedWorker worker);

    /// <summary>The worker takes no more connections but may finish those it has.</summary>
    internal abstract void Leave(ForkedWorker worker);

    /// <summary>The worker has closed the server, or is gone.</summary>
    internal void Remove(ForkedWorker worker)
    {
        Leave(worker);
        _askers.Remove(worker);
    }

    public virtual void Dispose()
    {
        Socket.Dispose();
        if (_socketFile is not null) _ = Libc.unlink(_socketFile);
    }
}
