namespace Drover.Tests.Connections.Model;

/// <summary>The protocol as it is, or with one rule broken, to see that the explorer finds what that leads to.</summary>
internal sealed record Rules
{
    internal bool ClaimsBeforeReading { get; init; } = true;

    internal bool ClaimsByCompareAndSwap { get; init; } = true;

    internal bool ReturnsByCompareAndSwap { get; init; } = true;

    internal bool CountsGenerations { get; init; } = true;

    internal bool LeavesEpollBeforeClosing { get; init; } = true;

    internal bool ReleasesOnlyWhenAllIsAnswered { get; init; } = true;

    internal bool RevokesOnlyWhatIsUnclaimed { get; init; } = true;

    internal bool SparesTheAnsweredAtDeath { get; init; } = true;

    internal bool PrimaryKeepsItsDescriptor { get; init; } = true;
}
