namespace Drover.Workers;

/// <summary>The steps of a worker's life to wait for inside the library: they do not depend on how long the handlers of events take.</summary>
internal sealed class WorkerMilestones
{
    private readonly TaskCompletionSource _online = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leaving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It runs.</summary>
    internal Task Online => _online.Task;

    /// <summary>It listens.</summary>
    internal Task Listening => _listening.Task;

    /// <summary>It drains or has ended, for whatever reason.</summary>
    internal Task Leaving => _leaving.Task;

    internal void Passed(WorkerState state)
    {
        if (state == WorkerState.Listening) _listening.TrySetResult();
        if (state is WorkerState.Online or WorkerState.Listening) _online.TrySetResult();
        if (state is WorkerState.Draining or WorkerState.Exited) _leaving.TrySetResult();
    }
}
