using System.Net;
using Drover.Interop;
using Drover.Loop;
using Drover.Workers;
using Microsoft.Extensions.Logging;

namespace Drover.Listening;

/// <summary>
/// Every server of a cluster by its listen key. A port that was opened once stays open while workers come and go; it is closed when
/// its last worker closes the server and lives on, or when the cluster ends. Loop thread only.
/// </summary>
internal sealed class SharedServers(EventLoop loop, Func<SchedulingPolicy>? createPolicy, string policyName, ILogger logger, TimeProvider time) : IDisposable
{
    // Who closes its server and then ends was shutting down, and its successor wants the port open. Who lives on has given it up.
    private static readonly TimeSpan CloseDelay = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, Entry> _servers = new(StringComparer.Ordinal);
    private int _lastNumber;

    internal int Count => _servers.Count;

    internal IEnumerable<SharedServer> All => _servers.Values.Select(e => e.Server);

    /// <summary>A worker wants to listen: gives it the server of its listen key, opening it if it is the first.</summary>
    internal Errno Open(ForkedWorker worker, ListenRequest request, byte[] data, out SharedServer? server, out byte[] answerData)
    {
        var key = request.Key();
        server = null;
        answerData = data;
        if (_servers.TryGetValue(key, out var entry))
        {
            // A second server of one worker on one port is the mistake it would be in a single process.
            if (entry.Server.IsUsedBy(worker)) return Errno.AddressInUse;
        }
        else
        {
            var error = BoundSocket.TryOpen(request, out var bound);
            if (error == Errno.AddressInUse && CloseUnused(request.Port)) error = BoundSocket.TryOpen(request, out bound);
            if (error != Errno.None)
            {
                ListeningLog.Failed(logger, worker.Id, Describe(request), ListenFailure.Explain(error));
                return error;
            }

            try
            {
                entry = new Entry(Create(key, request, bound!), closesAtOnce: request.IsDatagram && request.ReuseAddress);
            }
            catch (Exception exception)
            {
                // A user's own policy failed to begin; the worker must not wait for an answer for ever.
                ListeningLog.NoPolicy(logger, exception, policyName, worker.Id, Describe(request));
                bound!.Socket.Dispose();
                return Errno.Invalid;
            }

            _servers.Add(key, entry);
            ListeningLog.Opened(logger, Describe(request, entry.Server), entry.Server is LentServer ? SchedulingPolicies.Shared : policyName);
        }

        // The data (TLS ticket keys) of the first worker that has any is everybody's, so that a session begun at one resumes at all.
        if (!IsNothing(data) && IsNothing(entry.Data)) entry.Data = data;
        answerData = entry.Data;
        server = entry.Server;
        entry.Closing?.Dispose();
        entry.Closing = null;
        server.Add(worker);
        return Errno.None;
    }

    internal void CloseFor(ForkedWorker worker, string key, bool isStopping)
    {
        if (!_servers.TryGetValue(key, out var entry) || !entry.Server.IsUsedBy(worker)) return;
        entry.Server.Remove(worker);
        if (entry.Server.Users.Count > 0) return;
        if (entry.ClosesAtOnce) Close(key, entry.Server);
        if (entry.ClosesAtOnce || isStopping || worker.State == WorkerState.Draining) return;
        entry.Closing?.Dispose();
        entry.Closing = loop.After(CloseDelay, () =>
        {
            // Nor a server of the same key that was opened after this one had been closed for another reason.
            if (_servers.GetValueOrDefault(key) != entry || entry.Server.Users.Count > 0 || worker.State is WorkerState.Draining or WorkerState.Exited) return;
            Close(key, entry.Server);
        });
    }

    internal void LeaveAll(ForkedWorker worker)
    {
        foreach (var entry in _servers.Values) entry.Server.Leave(worker);
    }

    internal void RemoveAll(ForkedWorker worker)
    {
        foreach (var (key, entry) in _servers.ToArray())
        {
            entry.Server.Remove(worker);
            if (entry.ClosesAtOnce && entry.Server.Users.Count == 0) Close(key, entry.Server);
        }
    }

    internal void RoomAgain(ForkedWorker worker)
    {
        foreach (var entry in _servers.Values)
        {
            if (entry.Server is DispatchedServer dispatched && dispatched.IsUsedBy(worker)) dispatched.HasRoomAgain();
        }
    }

    /// <summary>Spreads connections over the workers, now and then.</summary>
    internal void Spread()
    {
        foreach (var entry in _servers.Values) (entry.Server as DispatchedServer)?.Spread();
    }

    /// <summary>All workers are asked to end.</summary>
    internal void BeginEnding()
    {
        foreach (var entry in _servers.Values) (entry.Server as DispatchedServer)?.BeginEnding();
    }

    /// <summary>Nobody will come back: closes every port.</summary>
    internal void CloseAll()
    {
        foreach (var (key, entry) in _servers.ToArray()) Close(key, entry.Server);
    }

    public void Dispose() => CloseAll();

    // A port that is only kept for those who may come back stands in the way of nobody who asks for it in other words.
    private bool CloseUnused(int? port)
    {
        var unused = _servers.Where(s => s.Value.Server.Users.Count == 0 && (s.Value.Server.LocalEndPoint as IPEndPoint)?.Port == port).ToArray();
        foreach (var (key, entry) in unused) Close(key, entry.Server);
        return unused.Length > 0;
    }

    private SharedServer Create(string key, ListenRequest request, BoundSocket bound) =>
        createPolicy is null || request.IsDatagram
            ? new LentServer(key, bound, request.IsDatagram)
            : new DispatchedServer(key, ++_lastNumber, bound, createPolicy(), loop, logger, time);

    private void Close(string key, SharedServer server)
    {
        _servers.Remove(key);
        server.Dispose();
        ListeningLog.Closed(logger, server.LocalEndPoint?.ToString() ?? key);
    }

    private static bool IsNothing(ReadOnlySpan<byte> data) => data.IsEmpty || data.SequenceEqual("null"u8);

    internal static string Describe(ListenRequest request, SharedServer? server = null) => request.Kind switch
    {
        ListenKind.Unix => request.Address!,
        ListenKind.Descriptor => $"descriptor {request.Descriptor}",
        _ => server?.LocalEndPoint?.ToString() ?? $"{request.Address ?? "*"}:{request.Port}",
    };

    private sealed class Entry(SharedServer server, bool closesAtOnce)
    {
        internal SharedServer Server { get; } = server;

        /// <summary>Others have the port as well, and would miss the datagrams that a socket without a reader takes.</summary>
        internal bool ClosesAtOnce { get; } = closesAtOnce;

        internal byte[] Data { get; set; } = [];

        internal ScheduledCall? Closing { get; set; }
    }
}
