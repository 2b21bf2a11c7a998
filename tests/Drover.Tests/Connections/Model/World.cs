using System.Collections.Immutable;
using Drover.Connections;

namespace Drover.Tests.Connections.Model;

/// <summary>One connection, its client with two requests, the primary and two workers, at one moment.</summary>
internal sealed record World
{
    internal const int Nobody = -1;

    internal required ImmutableArray<Request> Requests { get; init; }

    internal required ImmutableArray<Handle> Handles { get; init; }

    internal required ImmutableArray<bool> Alive { get; init; }

    /// <summary>The primary's record of who has the connection: the last handle, or nobody.</summary>
    internal int Holder { get; init; } = Nobody;

    internal int Generation { get; init; }

    internal int Owner { get; init; } = Nobody;

    internal ConnectionState State { get; init; }

    internal bool IsOpen { get; init; } = true;

    internal bool PrimaryHasDescriptor { get; init; } = true;

    internal int HandOffsLeft { get; init; } = 3;

    internal int DeathsLeft { get; init; } = 1;

    internal int RevocationsLeft { get; init; } = 1;

    internal int ReturnsLeft { get; init; } = 1;

    /// <summary>What must never happen, and has; null while all is well.</summary>
    internal string? Violation { get; init; }

    internal static World Begin() => new()
    {
        Requests = [Request.NotSent, Request.NotSent],
        Handles = [],
        Alive = [true, true],
    };

    internal string Key() =>
        $"{string.Join(',', Requests)}|{string.Join(',', Handles)}|{string.Join(',', Alive)}|{Holder}|{Generation} {Owner} {State}|{IsOpen} {PrimaryHasDescriptor}|{HandOffsLeft} {DeathsLeft} {RevocationsLeft} {ReturnsLeft}|{Violation}";

    /// <summary>Whether the word says exactly this of this handle.</summary>
    internal bool WordIs(Handle handle, ConnectionState state) => Owner == handle.Worker && Generation == handle.Generation && State == state;

    internal World With(int index, Handle handle) => this with { Handles = Handles.SetItem(index, handle) };

    internal World WithRequests(Func<Request, Request> change) => this with { Requests = [.. Requests.Select(change)] };
}
