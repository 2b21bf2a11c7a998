using Drover.Workers;
using static Drover.Workers.WorkerEvent;

namespace Drover.Tests.Workers;

/// <summary>What holds for every history of up to six events, in any order, also in those that no worker should produce.</summary>
public class WorkerLifecycleTests
{
    private const int LongestHistory = 6;

    private static readonly WorkerEffects[] Ends = [WorkerEffects.RaiseDisconnect, WorkerEffects.RaiseExit];

    [Fact]
    public void Disconnect_is_raised_once_if_the_channel_has_closed() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Count(WorkerEffects.RaiseDisconnect) == (history.Has(ChannelClosed) ? 1 : 0));

    [Fact]
    public void Exit_is_raised_once_if_the_process_has_exited() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Count(WorkerEffects.RaiseExit) == (history.Has(ProcessExited) ? 1 : 0));

    [Fact]
    public void Online_is_raised_once_at_most_and_never_after_listening() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Count(WorkerEffects.RaiseOnline) <= 1
        && history.Steps.SkipWhile(step => !step.Effects.HasFlag(WorkerEffects.RaiseListening)).Skip(1)
            .All(step => !step.Effects.HasFlag(WorkerEffects.RaiseOnline)));

    [Fact]
    public void A_worker_is_removed_in_the_step_that_raises_the_last_of_disconnect_and_exit() =>
        ForEveryHistory(WorkerLife.Forked, history =>
        {
            var ends = 0;
            return history.Steps.All(step =>
            {
                var endsNow = Ends.Count(end => step.Effects.HasFlag(end));
                ends += endsNow;
                return step.Effects.HasFlag(WorkerEffects.RemoveFromWorkers) == (endsNow == 1 && ends == 2)
                    && step.After.IsListed == (ends < 2);
            });
        });

    [Fact]
    public void After_the_end_nothing_has_any_effect() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Steps.SkipWhile(step => step.After.IsListed).Skip(1)
            .All(step => step.Effects == WorkerEffects.None && step.After == step.Before));

    [Fact]
    public void The_state_never_goes_back() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Steps.All(step => step.After.State >= step.Before.State));

    [Fact]
    public void A_worker_is_asked_to_disconnect_once_and_only_over_an_open_channel() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Count(WorkerEffects.SendDisconnect) <= 1
        && history.Steps.Where(step => step.Effects.HasFlag(WorkerEffects.SendDisconnect))
            .All(step => step.Before is { IsConnected: true, IsAlive: true }));

    [Fact]
    public void A_worker_that_is_leaving_or_gone_has_left_the_listeners() => ForEveryHistory(WorkerLife.Forked, history =>
        (history.Last.State >= WorkerState.Draining) == (history.Count(WorkerEffects.LeaveListeners) > 0));

    [Fact]
    public void Its_connections_are_rescued_as_soon_as_it_is_cut_off_or_dead() => ForEveryHistory(WorkerLife.Forked, history =>
        history.Steps.All(step => step.Effects.HasFlag(WorkerEffects.RescueConnections) == Ends.Any(end => step.Effects.HasFlag(end))));

    /// <summary>The first event that decides, decides: except that a worker which lost its channel may still be told to go.</summary>
    [Fact]
    public void It_exits_after_disconnect_if_someone_wanted_it_before_it_ended() => ForEveryHistory(WorkerLife.Forked, history =>
    {
        var untilExit = history.Events.TakeWhile(happened => happened != ProcessExited).ToArray();
        var untilClosed = untilExit.TakeWhile(happened => happened != ChannelClosed);
        bool? ended = history.Has(ChannelClosed) || history.Has(ProcessExited) ? false : null;
        var wanted = untilExit.Contains(DisconnectRequested) || untilClosed.Contains(DisconnectAnnounced);
        return history.Last.ExitedAfterDisconnect == (wanted ? true : ended);
    });

    [Fact]
    public void Without_a_channel_there_is_no_disconnect_and_the_exit_removes_the_worker() =>
        ForEveryHistory(WorkerLife.ForkedWithoutChannel, history =>
            history.Count(WorkerEffects.RaiseDisconnect) == 0
            && history.Count(WorkerEffects.SendDisconnect) == 0
            && history.Steps.All(step =>
                step.Effects.HasFlag(WorkerEffects.RemoveFromWorkers) == step.Effects.HasFlag(WorkerEffects.RaiseExit)
                && step.After.IsListed == step.After.IsAlive));

    [Fact]
    public void A_worker_without_a_channel_can_be_reported_ready()
    {
        var (life, effects) = WorkerLifecycle.On(WorkerLife.ForkedWithoutChannel, ListeningReceived);
        Assert.Equal(WorkerState.Listening, life.State);
        Assert.Equal(WorkerEffects.RaiseOnline | WorkerEffects.RaiseListening, effects);
    }

    private static void ForEveryHistory(WorkerLife start, Func<History, bool> holds)
    {
        var failure = Find(new History(start, []));
        Assert.True(failure is null, $"Does not hold after: {string.Join(", ", failure?.Events ?? [])}");

        History? Find(History history) =>
            !holds(history) ? history
            : history.Steps.Length == LongestHistory ? null
            : Enum.GetValues<WorkerEvent>().Select(next => Find(history.Then(next))).FirstOrDefault(found => found is not null);
    }

    private sealed record Step(WorkerEvent Happened, WorkerLife Before, WorkerLife After, WorkerEffects Effects);

    private sealed record History(WorkerLife Start, Step[] Steps)
    {
        internal WorkerLife Last => Steps.Length == 0 ? Start : Steps[^1].After;

        internal IEnumerable<WorkerEvent> Events => Steps.Select(step => step.Happened);

        internal bool Has(WorkerEvent happened) => Events.Contains(happened);

        internal int Count(WorkerEffects effect) => Steps.Count(step => step.Effects.HasFlag(effect));

        internal History Then(WorkerEvent happened)
        {
            var (after, effects) = WorkerLifecycle.On(Last, happened);
            return this with { Steps = [.. Steps, new Step(happened, Last, after, effects)] };
        }
    }
}
