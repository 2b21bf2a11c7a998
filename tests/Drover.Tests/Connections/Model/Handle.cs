using Drover.Connections;

namespace Drover.Tests.Connections.Model;

/// <summary>One hand-off of the connection: a worker's descriptor of it, and what the worker believes about it.</summary>
/// <param name="Worker">Whose.</param>
/// <param name="Generation">The generation in the word that came with it.</param>
/// <param name="Belief">The state as the worker knows it; Free when it knows that the connection is another's.</param>
/// <param name="HasDescriptor">Whether the descriptor is open.</param>
/// <param name="IsWatched">Whether the open file is in the worker's epoll set by this descriptor.</param>
/// <param name="News">What the worker has sent to the primary about it and the primary has not read yet; Free for nothing.</param>
internal readonly record struct Handle(int Worker, int Generation, ConnectionState Belief, bool HasDescriptor, bool IsWatched, ConnectionState News);
