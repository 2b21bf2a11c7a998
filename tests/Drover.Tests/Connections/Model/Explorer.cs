using Drover.Connections;

namespace Drover.Tests.Connections.Model;

/// <summary>Walks through every order in which the steps can happen, breadth first, so that the first violation is a shortest one.</summary>
internal sealed class Explorer(Rules rules)
{
    private const int MostWorlds = 3_000_000;

    private readonly Dictionary<string, (string? Before, string Step)> _seen = new(StringComparer.Ordinal);

    internal int Worlds => _seen.Count;

    internal int Ends { get; private set; }

    /// <summary>The way to a violation, a line each step; null when there is none.</summary>
    internal string? FindViolation()
    {
        var waiting = new Queue<World>();
        Visit(World.Begin(), before: null, "begin", waiting);
        while (waiting.TryDequeue(out var world))
        {
            if (world.Violation is { } violation) return Path(world.Key()) + "\n=> " + violation;
            var hasStep = false;
            foreach (var (name, next) in Steps(world))
            {
                if (next.Key() == world.Key()) continue;
                hasStep |= !name.Contains("dies", StringComparison.Ordinal);
                Visit(next, world.Key(), name, waiting);
            }

            if (hasStep) continue;
            Ends++;
            if (AtEnd(world) is { } wrong) return Path(world.Key()) + "\n=> " + wrong;
        }

        return null;
    }

    private IEnumerable<(string Name, World Next)> Steps(World world) =>
        PrimarySteps.Of(world, rules).Concat(Enumerable.Range(0, world.Handles.Length).SelectMany(index => WorkerSteps.Of(world, index, rules)));

    // When nothing more can happen, nothing may be left undone: unless the model's own bounds have stopped it.
    private static string? AtEnd(World world)
    {
        var isServed = world.Holder >= 0 && world.Alive[world.Handles[world.Holder].Worker];
        if (world.IsOpen && isServed && world.Requests.Contains(Request.Queued)) return "a request waits for ever though its worker lives";
        if (world.IsOpen && isServed && world.Requests.Any(r => r is Request.Read or Request.Executed)) return "a request that was read is never answered";
        if (world.DeathsLeft > 0 && world.Requests.Any(r => r is Request.Lost or Request.Refused)) return "a request is lost and no worker has died";
        if (world.Handles.Any(h => world.Alive[h.Worker] && h is { Belief: ConnectionState.Free or ConnectionState.Returned, HasDescriptor: true })) return "a descriptor is never closed";
        return null;
    }

    private void Visit(World world, string? before, string step, Queue<World> waiting)
    {
        var key = world.Key();
        if (!_seen.TryAdd(key, (before, step))) return;
        Assert.True(_seen.Count < MostWorlds, "The model has become too large to be explored.");
        waiting.Enqueue(world);
    }

    private string Path(string key)
    {
        var steps = new Stack<string>();
        for (var at = key; at is not null; at = _seen[at].Before) steps.Push(_seen[at].Step);
        return string.Join('\n', steps);
    }
}
