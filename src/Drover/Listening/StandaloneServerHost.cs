using Drover.Loop;
using Microsoft.Extensions.Logging.Abstractions;

namespace Drover.Listening;

/// <summary>Listens in this process, without a cluster. Lives as long as the process.</summary>
internal sealed class StandaloneServerHost : IServerHost
{
    private readonly EventLoop _loop = new("drover listener", NullLogger.Instance);

    public async Task<WorkerServer> ListenAsync(ListenRequest request, ClusterListenOptions options, bool inlineContinuations)
    {
        WorkerServer? server = null;
        await _loop.RunAsync(() => server = WorkerServer.OpenOwn(request, options, inlineContinuations, _loop, NullLogger.Instance));
        return server!;
    }

    public Task CloseAsync(WorkerServer server) => _loop.RunAsync(() =>
    {
        if (!server.IsClosed) server.Close();
    });
}
