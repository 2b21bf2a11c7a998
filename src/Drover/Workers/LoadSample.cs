namespace Drover.Workers;

/// <summary>What all workers together have to do.</summary>
/// <param name="Workers">How many they are.</param>
/// <param name="Requests">Requests in flight, and connections that no worker has taken yet.</param>
/// <param name="Cpus">How many CPUs they keep busy.</param>
/// <param name="Now">Monotonic time since any moment that is the same for all samples.</param>
internal readonly record struct LoadSample(int Workers, int Requests, double Cpus, TimeSpan Now);
