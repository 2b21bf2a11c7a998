using Drover.Connections;

namespace Drover.Tests.Connections.Model;

/// <summary>What the primary, the client and fate may do next.</summary>
internal static class PrimarySteps
{
    internal static IEnumerable<(string Name, World Next)> Of(World world, Rules rules)
    {
        var sent = world.Requests.IndexOf(Request.NotSent);
        if (world.IsOpen && sent >= 0) yield return ($"the client sends request {sent}", world with { Requests = world.Requests.SetItem(sent, Request.Queued) });

        for (var worker = 0; worker < world.Alive.Length; worker++)
        {
            if (world.Alive[worker] && world.DeathsLeft > 0)
                yield return ($"worker {worker} dies", world with { Alive = world.Alive.SetItem(worker, false), DeathsLeft = world.DeathsLeft - 1 });
            if (world is { IsOpen: true, Holder: World.Nobody, HandOffsLeft: > 0, PrimaryHasDescriptor: true } && world.Alive[worker])
                yield return ($"the primary hands off to worker {worker}", HandOff(world, worker, rules));
        }

        for (var index = 0; index < world.Handles.Length; index++)
        {
            if (world.Handles[index].News != ConnectionState.Free) yield return ($"the primary reads the news of handle {index}", ReadNews(world, index));
        }

        if (world.Holder < 0) yield break;
        var holder = world.Handles[world.Holder];
        if (!world.Alive[holder.Worker]) yield return ($"the primary sees the death of worker {holder.Worker}", Rescue(world, holder, rules));
        else if (world.RevocationsLeft > 0) yield return ($"the primary revokes what worker {holder.Worker} has not claimed", Revoke(world, holder, rules));
    }

    private static World HandOff(World world, int worker, Rules rules)
    {
        var generation = rules.CountsGenerations ? world.Generation + 1 : world.Generation;
        return world with
        {
            Generation = generation,
            Owner = worker,
            State = ConnectionState.Assigned,
            Holder = world.Handles.Length,
            Handles = world.Handles.Add(new Handle(worker, generation, ConnectionState.Assigned, HasDescriptor: true, IsWatched: false, News: ConnectionState.Free)),
            HandOffsLeft = world.HandOffsLeft - 1,
            PrimaryHasDescriptor = rules.PrimaryKeepsItsDescriptor,
        };
    }

    private static World ReadNews(World world, int index)
    {
        var handle = world.Handles[index];
        var next = world.With(index, handle with { News = ConnectionState.Free });

        // News of a hand-off that is over is about the past.
        if (index != world.Holder || handle.News != ConnectionState.Returned) return next;
        return next with { Holder = World.Nobody, State = ConnectionState.Free };
    }

    private static World Revoke(World world, Handle holder, Rules rules)
    {
        var next = world with { RevocationsLeft = world.RevocationsLeft - 1 };
        var mayRevoke = world.WordIs(holder, ConnectionState.Assigned) || world.WordIs(holder, ConnectionState.Idle) || !rules.RevokesOnlyWhatIsUnclaimed;
        return mayRevoke ? next with { State = ConnectionState.Free, Holder = World.Nobody } : next;
    }

    private static World Rescue(World world, Handle holder, Rules rules)
    {
        var next = world with { State = ConnectionState.Free, Holder = World.Nobody };
        var state = world.WordIs(holder, world.State) ? world.State : ConnectionState.Free;
        if (!world.PrimaryHasDescriptor)
        {
            return state is ConnectionState.Assigned or ConnectionState.Idle or ConnectionState.Returned
                ? next with { Violation = "an idle connection dies with its worker" }
                : Close(next, Request.Lost);
        }

        return state switch
        {
            ConnectionState.Assigned or ConnectionState.Idle or ConnectionState.Returned => next,
            ConnectionState.Busy => Close(next, Request.Refused),
            ConnectionState.Answering when rules.SparesTheAnsweredAtDeath => Close(next, Request.Lost),
            _ => Close(next, Request.Refused),
        };
    }

    private static World Close(World world, Request unanswered)
    {
        var wasAnswering = unanswered == Request.Refused && world.Requests.Contains(Request.Answered) && !world.Requests.Any(r => r is Request.Queued or Request.Read or Request.Executed);
        return world.WithRequests(r => r is Request.Queued or Request.Read or Request.Executed ? unanswered : r) with
        {
            IsOpen = false,
            PrimaryHasDescriptor = false,
            Violation = wasAnswering ? "a 503 follows a whole answer that nobody asked to repeat" : world.Violation,
        };
    }
}
