namespace Drover;

/// <summary>
/// What is forked and how. Changes count for later forks only. Each fork may change its own copy
/// (<see cref="ClusterPrimary.Fork(Action{ClusterSettings})"/>).
/// </summary>
public sealed class ClusterSettings
{
    /// <summary>
    /// The program of the workers: null for this program itself (the default), a <c>.js</c>, <c>.mjs</c>, <c>.cjs</c> or <c>.ts</c> file for
    /// Node, a <c>.dll</c> for dotnet, anything else an executable, looked for in PATH when it is a bare name.
    /// </summary>
    public string? Program { get; set; }

    /// <summary>The program's arguments; null (the default) for those of this process.</summary>
    public IList<string>? Arguments { get; set; }

    /// <summary>Arguments for <c>node</c> or <c>dotnet</c> that come before the program, Node's <c>execArgv</c>. Not allowed for other executables.</summary>
    public IList<string> RuntimeArguments { get; set; } = [];

    /// <summary>Which <c>node</c> or <c>dotnet</c> to use; null (the default) for the one in PATH.</summary>
    public string? RuntimePath { get; set; }

    /// <summary>The workers' working directory; null (the default) for the primary's.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>Variables that are added to the primary's own or replace them; null removes one.</summary>
    public IDictionary<string, string?> Environment { get; set; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The user that workers run as, by name or number; null (the default) for the primary's. Needs a primary that runs as root.</summary>
    public string? User { get; set; }

    /// <summary>The group that workers run as, by name or number; null (the default) for the user's own group.</summary>
    public string? Group { get; set; }

    /// <summary>Where the workers' standard streams go. Default: <see cref="WorkerStdio.Inherit"/>.</summary>
    public WorkerStdio Stdio { get; set; }

    /// <summary>
    /// How connections are distributed, a name of <see cref="SchedulingPolicies"/>; null (the default) for what DROVER_SCHED_POLICY or
    /// NODE_CLUSTER_SCHED_POLICY say, or round-robin. Taken at the first fork; the whole cluster has one policy.
    /// </summary>
    public string? SchedulingPolicy { get; set; }

    /// <summary>
    /// When to start a worker in the place of one that ended; null (the default) never, as in Node, where the program forks in the exit event.
    /// </summary>
    public RestartPolicy? Restart { get; set; }

    /// <summary>
    /// How long a worker that was asked to disconnect may take to finish its requests; then it is killed, which is logged. Default 30 s.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: no limit, as in Node.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>When a worker that does not react counts as hung. Not for Node workers, which make no heartbeat.</summary>
    public HangPolicy Hang { get; set; } = new();

    /// <summary>When workers are replaced by new ones although they are well. Null (the default): never.</summary>
    public RecyclePolicy? Recycle { get; set; }

    /// <summary>
    /// How many workers are kept ready beside those that serve: started, listening, and without connections. When a worker dies that the
    /// restart policy would replace and that was forked without settings of its own, a spare one serves in its place at once, and a new
    /// spare one is started. Needs <see cref="Restart"/>, and a policy by which the primary dispatches: not <c>shared</c>. Taken at the
    /// first fork, for the whole cluster. Default: 0.
    /// </summary>
    public int Spares { get; set; }

    /// <summary>
    /// When the primary changes the number of workers by itself. Taken at the first fork, for the whole cluster. Null (the default): never.
    /// </summary>
    public AutoScalePolicy? AutoScale { get; set; }

    /// <summary>
    /// How long one request may take in an ASP.NET Core worker. Then it is aborted (<c>HttpContext.RequestAborted</c> is cancelled, the client's
    /// connection is reset), which is logged; a worker where a request runs on for as long again counts as hung, see <see cref="Hang"/>.
    /// Default: <see cref="Timeout.InfiniteTimeSpan"/>, no limit.
    /// </summary>
    public TimeSpan RequestTimeLimit { get; set; } = Timeout.InfiniteTimeSpan;

    internal ClusterSettings Copy() => new()
    {
        Program = Program,
        Arguments = Arguments is null ? null : [.. Arguments],
        RuntimeArguments = [.. RuntimeArguments],
        RuntimePath = RuntimePath,
        WorkingDirectory = WorkingDirectory,
        Environment = new Dictionary<string, string?>(Environment, StringComparer.Ordinal),
        User = User,
        Group = Group,
        Stdio = Stdio,
        SchedulingPolicy = SchedulingPolicy,
        Restart = Restart,
        DrainTimeout = DrainTimeout,
        AutoScale = AutoScale?.CheckedCopy(),
        Spares = Spares,
        Recycle = Recycle?.CheckedCopy(),
        Hang = Hang.CheckedCopy(),
        RequestTimeLimit = RequestTimeLimit,
    };
}
