using Drover.Connections;

namespace Drover.Tests.Connections.Model;

/// <summary>What a worker may do next with one of its handles; each step is one that nothing can come between.</summary>
internal static class WorkerSteps
{
    internal static IEnumerable<(string Name, World Next)> Of(World world, int index, Rules rules)
    {
        var handle = world.Handles[index];
        if (!world.Alive[handle.Worker]) yield break;
        var who = $"worker {handle.Worker} (generation {handle.Generation})";
        switch (handle.Belief)
        {
            case ConnectionState.Assigned:
                yield return ($"{who} takes", Take(world, index, handle));
                break;
            case ConnectionState.Idle:
                if (handle.IsWatched && world.Requests.Contains(Request.Queued)) yield return ($"{who} claims", Claim(world, index, handle, rules));
                if (world.ReturnsLeft > 0) yield return ($"{who} returns", Return(world, index, handle, rules));
                break;
            case ConnectionState.Busy when world.Requests.Contains(Request.Queued) && !world.Requests.Contains(Request.Read) && !world.Requests.Contains(Request.Executed):
                yield return ($"{who} reads", Touch(world, handle, "reads").WithRequests(r => r == Request.Queued ? Request.Read : r));
                break;
        }

        if (handle.Belief is ConnectionState.Busy or ConnectionState.Answering)
        {
            foreach (var step in Serve(world, index, handle, who, rules)) yield return step;
        }

        if (handle is { Belief: ConnectionState.Free or ConnectionState.Returned, HasDescriptor: true }) yield return ($"{who} lets go", LetGo(world, index, handle, rules));
    }

    private static World Take(World world, int index, Handle handle) => world.WordIs(handle, ConnectionState.Assigned)
        ? (world with { State = ConnectionState.Idle }).With(index, handle with { Belief = ConnectionState.Idle, IsWatched = true, News = ConnectionState.Idle })
        : world.With(index, handle with { Belief = ConnectionState.Free });

    private static World Claim(World world, int index, Handle handle, Rules rules)
    {
        if (!rules.ClaimsBeforeReading) return Touch(world, handle, "reads").WithRequests(r => r == Request.Queued ? Request.Read : r).With(index, handle with { Belief = ConnectionState.Busy });
        if (rules.ClaimsByCompareAndSwap && !world.WordIs(handle, ConnectionState.Idle)) return world.With(index, handle with { Belief = ConnectionState.Free });
        return (world with { Generation = handle.Generation, Owner = handle.Worker, State = ConnectionState.Busy }).With(index, handle with { Belief = ConnectionState.Busy });
    }

    private static World Return(World world, int index, Handle handle, Rules rules)
    {
        if (rules.ReturnsByCompareAndSwap && !world.WordIs(handle, ConnectionState.Idle)) return world.With(index, handle with { Belief = ConnectionState.Free });
        var next = world with { Generation = handle.Generation, Owner = handle.Worker, State = ConnectionState.Returned, ReturnsLeft = world.ReturnsLeft - 1 };
        return next.With(index, handle with { Belief = ConnectionState.Returned });
    }

    private static World LetGo(World world, int index, Handle handle, Rules rules)
    {
        var next = rules.LeavesEpollBeforeClosing ? handle with { IsWatched = false } : handle;
        next = next with { HasDescriptor = false, News = handle.Belief == ConnectionState.Returned ? ConnectionState.Returned : handle.News };
        var violation = next.IsWatched && world.PrimaryHasDescriptor ? "an epoll registration outlives its descriptor" : world.Violation;
        return world.With(index, next) with { Violation = violation };
    }

    private static IEnumerable<(string, World)> Serve(World world, int index, Handle handle, string who, Rules rules)
    {
        if (world.Requests.Contains(Request.Read))
        {
            yield return ($"{who} executes", world.WithRequests(r => r == Request.Read ? Request.Executed : r));
        }

        if (handle.Belief == ConnectionState.Busy && world.Requests.Contains(Request.Executed))
        {
            yield return ($"{who} marks answering", (world with { State = ConnectionState.Answering }).With(index, handle with { Belief = ConnectionState.Answering }));
        }

        if (handle.Belief == ConnectionState.Answering && world.Requests.Contains(Request.Executed))
        {
            yield return ($"{who} answers", Touch(world, handle, "answers").WithRequests(r => r == Request.Executed ? Request.Answered : r));
        }

        var isDone = !world.Requests.Contains(Request.Read) && !world.Requests.Contains(Request.Executed);
        if (isDone || !rules.ReleasesOnlyWhenAllIsAnswered)
        {
            yield return ($"{who} releases", (world with { State = ConnectionState.Idle }).With(index, handle with { Belief = ConnectionState.Idle }));
        }
    }

    /// <summary>Reading and writing is for the one to whom the primary gave the connection last.</summary>
    private static World Touch(World world, Handle handle, string what)
    {
        var isOwn = world.Holder >= 0 && world.Handles[world.Holder] is var holder && holder.Worker == handle.Worker && holder.Generation == handle.Generation && handle.HasDescriptor;
        return isOwn ? world : world with { Violation = $"worker {handle.Worker} {what} on a connection that is not its own" };
    }
}
