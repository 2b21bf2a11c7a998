namespace Drover.Workers;

/// <summary>What a look at a worker's heartbeat says.</summary>
internal enum HangVerdict
{
    /// <summary>It reacts, or it is too early to say that it does not.</summary>
    Reacts,

    /// <summary>It does not react.</summary>
    Hangs,

    /// <summary>It has not reacted for so long that it is to be ended.</summary>
    MustEnd,
}
