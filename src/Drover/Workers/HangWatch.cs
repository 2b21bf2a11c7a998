using Drover.Connections;

namespace Drover.Workers;

/// <summary>
/// Looks at one worker's heartbeat: a worker that does not react gets nothing new, what it has not begun goes to others, and in the end
/// it is replaced. Loop thread only.
/// </summary>
internal sealed class HangWatch(ForkedWorker worker, HandOffSender handOff, ClusterCore cluster)
{
    private readonly HangDetector _detector = new(worker.Settings.Hang.CheckedCopy());
    private bool _ending;

    internal void Look()
    {
        if (worker.IsDead || !worker.IsConnected || _ending) return;
        var now = Environment.TickCount64;
        var heartbeat = handOff.Heartbeat;
        switch (_detector.Look(now, heartbeat, () => ProcessTimes.Of(worker.ProcessId)))
        {
            case HangVerdict.Reacts:
                Resume();
                break;
            case HangVerdict.Hangs:
                Suspend(now - heartbeat);
                break;
            case HangVerdict.MustEnd when worker.History is null:
                // Nobody would take its place.
                Suspend(now - heartbeat);
                break;
            default:
                _ending = true;
                WorkerLog.HungEnds(cluster.Logger, worker.Id, worker.ProcessId, (now - heartbeat) / 1000.0);
                _ = EndAsync();
                break;
        }
    }

    private void Suspend(long silence)
    {
        var isFirst = !handOff.IsSuspended;
        handOff.IsSuspended = true;
        var moved = handOff.RevokeUnclaimed();
        if (isFirst) WorkerLog.Hangs(cluster.Logger, worker.Id, worker.ProcessId, silence, moved);
    }

    private void Resume()
    {
        if (!handOff.IsSuspended) return;
        handOff.IsSuspended = false;
        handOff.TellToLetGo();
        WorkerLog.ReactsAgain(cluster.Logger, worker.Id, worker.ProcessId);
        cluster.Servers.RoomAgain(worker);
    }

    private async Task EndAsync()
    {
        if (worker.Settings.Hang.DumpDirectory is { } directory) await MemoryDump.TryWriteAsync(worker.ProcessId, directory, cluster.Logger);
        worker.Kill(Signal.SIGKILL);
    }
}
