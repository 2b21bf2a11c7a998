namespace Drover.Scheduling;

/// <summary>
/// A policy's name in its canonical spelling, and how to make an instance for a listen key. <see cref="Create"/> is null when
/// the primary does not choose at all, because the workers accept on the shared listening socket themselves.
/// </summary>
internal readonly record struct ResolvedPolicy(string Name, Func<SchedulingPolicy>? Create);
