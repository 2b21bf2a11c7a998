using System.Collections.Concurrent;
using System.Globalization;
using Drover.Scheduling;

namespace Drover;

/// <summary>The names of the scheduling policies, and where to add your own. Names are not case-sensitive.</summary>
public static class SchedulingPolicies
{
    /// <summary>Workers in turn; see <see cref="RoundRobinPolicy"/>. The default. Also accepted: <c>rr</c>.</summary>
    public const string RoundRobin = "round-robin";

    /// <summary>The worker with the least to do; see <see cref="LeastLoadedPolicy"/>.</summary>
    public const string LeastLoaded = "least-loaded";

    /// <summary>The same client address to the same worker; see <see cref="StickyPolicy"/>.</summary>
    public const string Sticky = "sticky";

    /// <summary>
    /// All workers accept on one listening socket and the operating system decides, often unevenly. Also accepted:
    /// <c>none</c>, as Node calls it.
    /// </summary>
    public const string Shared = "shared";

    internal const string Variable = "DROVER_SCHED_POLICY";
    internal const string NodeVariable = "NODE_CLUSTER_SCHED_POLICY";

    private static readonly ResolvedPolicy[] BuiltIn =
    [
        new(RoundRobin, static () => new RoundRobinPolicy()),
        new(LeastLoaded, static () => new LeastLoadedPolicy()),
        new(Sticky, static () => new StickyPolicy()),
        new(Shared, Create: null),
    ];

    private static readonly ConcurrentDictionary<string, ResolvedPolicy> Registered = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Makes a policy of your own known by name. Call it in the primary, before the policy is asked for. May be called from any
    /// thread. A name that is registered again stands for the later policy, for listen keys that are opened from then on.
    /// </summary>
    /// <param name="name">The name; letters, digits, <c>-</c>, <c>_</c> and <c>.</c> only.</param>
    /// <param name="create">Makes one instance; called once for each listen key.</param>
    /// <exception cref="ArgumentException">The name is one of the built-in ones, or has other characters.</exception>
    public static void Register(string name, Func<SchedulingPolicy> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(create);
        if (FindBuiltIn(name) is not null)
            throw new ArgumentException($"The scheduling policy '{name}' is built in and cannot be replaced.", nameof(name));
        if (!name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            throw new ArgumentException("A scheduling policy's name has only letters, digits, '-', '_' and '.'.", nameof(name));

        Registered[name] = new ResolvedPolicy(name, create);
    }

    /// <summary>Finds a policy by a name that a user has written.</summary>
    /// <exception cref="ArgumentException">There is no such policy; the message is one line to show to the user.</exception>
    internal static ResolvedPolicy Resolve(string name) =>
        Find(name) ?? throw new ArgumentException(Unknown(name), nameof(name));

    /// <summary>The policy when the program itself names none. Pure: the values of the two variables are passed in.</summary>
    /// <exception cref="ArgumentException"><paramref name="variable"/> names no policy.</exception>
    internal static ResolvedPolicy Default(string? variable, string? nodeVariable)
    {
        if (!string.IsNullOrWhiteSpace(variable))
            return Find(variable) ?? throw new ArgumentException($"{Variable}: {Unknown(variable)}", nameof(variable));

        // Node looks the value up in a table of these two, spelt like this, and takes its default for anything else.
        return Resolve(nodeVariable is "rr" or "none" ? nodeVariable : RoundRobin);
    }

    private static ResolvedPolicy? Find(string name)
    {
        var trimmed = name.Trim();
        return FindBuiltIn(trimmed) ?? (Registered.TryGetValue(trimmed, out var registered) ? registered : null);
    }

    private static ResolvedPolicy? FindBuiltIn(string name)
    {
        if (Is(name, "rr"))
            name = RoundRobin;
        else if (Is(name, "none"))
            name = Shared;

        foreach (var policy in BuiltIn)
        {
            if (Is(name, policy.Name))
                return policy;
        }

        return null;
    }

    private static bool Is(string name, string other) => string.Equals(name, other, StringComparison.OrdinalIgnoreCase);

    private static string Unknown(string name)
    {
        string[] known = [.. BuiltIn.Select(p => p.Name), .. Registered.Values.Select(p => p.Name).Order(StringComparer.Ordinal)];
        var hint = NearestName.Find(name.Trim(), known) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
        return $"There is no scheduling policy '{Printable(name)}'. Known: {string.Join(", ", known)}{hint}";
    }

    // What a user wrote may hold anything; the message must stay one line.
    private static string Printable(string name) => string.Concat(name.Select(static c => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator ? '?' : c));
}
