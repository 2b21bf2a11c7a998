using Drover.Connections;
using Drover.Interop;
using Drover.Loop;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Listening;

/// <summary>Listens in this process, without a cluster. Lives as long as the process.</summary>
internal sealed class StandaloneServerHost : IServerHost
{
    private readonly EventLoop _loop = new("drover listener", NullLogger.Instance);
    private readonly PlainClaims _claims = new();

    public async Task<WorkerServer> ListenAsync(ListenRequest request, ClusterListenOptions options, bool inlineContinuations)
    {
        var error = BoundSocket.TryOpen(request, out var bound);
        if (error != Errno.None) throw SocketErrors.Exception(error);
        if (request.IsDatagram)
            return new WorkerServer { Key = request.Key(), Request = request, Datagrams = bound!.Socket, LocalEndPoint = bound.LocalEndPoint };

        var inbox = new ConnectionInbox(_claims, options.MaxConnections, options.DropConnectionsAboveMax, inlineContinuations);
        var server = new WorkerServer
        {
            Key = request.Key(),
            Request = request,
            Inbox = inbox,
            AcceptLoop = new AcceptLoop(_loop, bound!.Socket, inbox, NullLogger.Instance),
            LocalEndPoint = bound.LocalEndPoint,
            SocketFile = bound.SocketFile,
        };
        await _loop.RunAsync(server.AcceptLoop.Start);
        return server;
    }

    public void Close(WorkerServer server) => _loop.Run(() =>
    {
        if (server.IsClosed) return;
        server.IsClosed = true;
        server.AcceptLoop?.Dispose();
        server.Inbox?.Close();
        server.Datagrams?.Dispose();
        if (server.SocketFile is { } file) _ = Libc.unlink(file);
    });
}
