using Drover.Bench.Comparison;

namespace Drover.Bench.Survival;

/// <summary>What the survival benchmark measures.</summary>
static class SurvivalMeasure
{
    public static readonly Measure KillKeepAlive = new("kill-keep-alive", "Failed requests per kill -9, keep-alive", TargetName.Nginx, 1);
    public static readonly Measure KillNew = new("kill-new", "Failed requests per kill -9, new connection per request", TargetName.Nginx, 1);
    public static readonly Measure ReloadKeepAlive = new("reload-keep-alive", "Failed requests per reload, keep-alive", TargetName.Nginx, 1);
    public static readonly Measure ReloadNew = new("reload-new", "Failed requests per reload, new connection per request", TargetName.Nginx, 1);

    public static readonly Measure StallRatio = new("stall-ratio", "p99 while a worker is stopped, times p99 without", TargetName.NodeRoundRobin, 2);

    public static readonly Measure KeepAlive = new("table-cost", "Keep-alive, requests per second", TargetName.DroverWithoutTable);

    public static readonly Measure Recovery = new("recovery", "From kill -9 to full capacity, ms", TargetName.NodeRoundRobin, 1);

    /// <summary>Times of the requests in milliseconds: without a stall, and while a worker is stopped.</summary>
    public static readonly IReadOnlyList<Quantile> Calm = Quantile.All("calm");
    public static readonly IReadOnlyList<Quantile> Stall = Quantile.All("stall");

    public static readonly IReadOnlyList<Measure> All =
    [
        KillKeepAlive, KillNew, ReloadKeepAlive, ReloadNew,
        .. Calm.Concat(Stall).Select(quantile => quantile.Measure), StallRatio,
        KeepAlive, Recovery,
    ];

    public static readonly IReadOnlyList<string> Targets =
    [
        TargetName.DroverRoundRobin, TargetName.DroverShared, TargetName.DroverSpare, TargetName.DroverWithoutTable,
        TargetName.NodeRoundRobin, TargetName.Pm2, TargetName.Nginx,
    ];

    public static readonly IReadOnlyList<Goal> Goals =
    [
        new(StallRatio, TargetName.DroverRoundRobin, null, 1.2, AtMost: true),
        new(KeepAlive, TargetName.DroverRoundRobin, TargetName.DroverWithoutTable, 0.98),
        new(Recovery, TargetName.DroverSpare, null, 20, AtMost: true),
        new(ReloadKeepAlive, TargetName.DroverRoundRobin, null, 0, AtMost: true),
        new(ReloadNew, TargetName.DroverRoundRobin, null, 0, AtMost: true),
    ];
}
