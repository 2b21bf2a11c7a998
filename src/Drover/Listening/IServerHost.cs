namespace Drover.Listening;

/// <summary>Who opens servers in this process: the worker through its primary, or the process by itself.</summary>
internal interface IServerHost
{
    Task<WorkerServer> ListenAsync(ListenRequest request, ClusterListenOptions options, bool inlineContinuations);

    /// <summary>Takes no more connections once the task is done; those that the program has go on.</summary>
    Task CloseAsync(WorkerServer server);
}
