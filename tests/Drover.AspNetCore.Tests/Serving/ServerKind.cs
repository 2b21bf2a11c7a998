namespace Drover.AspNetCore.Tests.Serving;

/// <summary>What Kestrel runs on. Where behaviour must be Kestrel's, the same test runs on both, and so proves what Kestrel's is.</summary>
public enum ServerKind
{
    Ours,
    KestrelSockets,
}
