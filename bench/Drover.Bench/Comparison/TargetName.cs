namespace Drover.Bench.Comparison;

/// <summary>What the command line and the JSON call the things that are compared.</summary>
static class TargetName
{
    public const string Kestrel = "kestrel";
    public const string DroverRoundRobin = "drover-rr";
    public const string DroverShared = "drover-shared";
    public const string NodeRoundRobin = "node-rr";
    public const string NodeShared = "node-shared";

    /// <summary>Where the policy does not matter.</summary>
    public const string Drover = "drover";
    public const string Node = "node";

    /// <summary>What survives what.</summary>
    public const string DroverSpare = "drover-spare";
    public const string DroverWithoutTable = "drover-without-table";
    public const string Pm2 = "pm2";
    public const string Nginx = "nginx";

    /// <summary>In the order of the report.</summary>
    public static readonly IReadOnlyList<string> All =
        [Kestrel, DroverRoundRobin, DroverShared, NodeRoundRobin, NodeShared, Drover, Node];

    public static string Title(string name) => name switch
    {
        Kestrel => "one Kestrel process",
        DroverRoundRobin => "Drover, round-robin",
        DroverShared => "Drover, shared",
        NodeRoundRobin => "Node cluster, rr",
        NodeShared => "Node cluster, none",
        Drover => "Drover",
        Node => "Node cluster",
        DroverSpare => "Drover, one spare worker",
        DroverWithoutTable => "Drover, connections not kept",
        Pm2 => "PM2 7, cluster mode",
        Nginx => "nginx, two Kestrel processes",
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
