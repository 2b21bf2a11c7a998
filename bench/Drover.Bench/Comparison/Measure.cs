namespace Drover.Bench.Comparison;

/// <summary>A quantity that is measured on several targets.</summary>
/// <param name="Name">What the command line and the JSON call it.</param>
/// <param name="Title">What the table calls it, with its unit.</param>
/// <param name="Base">The target that the others are compared to.</param>
/// <param name="Decimals">How many digits after the point mean something.</param>
sealed record Measure(string Name, string Title, string Base, int Decimals = 0)
{
    public static readonly Measure KeepAlive = new("keep-alive", "Keep-alive, requests per second", TargetName.Kestrel);
    public static readonly Measure NewConnections = new("new-connections", "New connection per request, requests per second", TargetName.Kestrel);
    public static readonly Measure PrimaryCpu = new("primary-cpu", "CPU time of the primary per new connection, us", TargetName.NodeRoundRobin, 1);
    public static readonly Measure Sequential = new("sequential", "Messages: round trips per second, one at a time", TargetName.Node);
    public static readonly Measure Pipelined = new("pipelined", "Messages: round trips per second, 64 in flight", TargetName.Node);
    public static readonly Measure OneWay = new("one-way", "Messages: worker to primary, per second", TargetName.Node);
    public static readonly Measure Spawn = new("spawn", "From fork to listening, ms", TargetName.Node);
    public static readonly Measure PrimaryMemory = new("primary-memory", "Memory of the primary after load, PSS in MB", TargetName.NodeRoundRobin, 1);
    public static readonly Measure WorkerMemory = new("worker-memory", "Memory of a worker after load, PSS in MB", TargetName.Kestrel, 1);

    /// <summary>In the order of the report.</summary>
    public static readonly IReadOnlyList<Measure> All =
        [KeepAlive, NewConnections, PrimaryCpu, Sequential, Pipelined, OneWay, Spawn, PrimaryMemory, WorkerMemory];
}
