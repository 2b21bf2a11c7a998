using Drover.Workers;

namespace Drover.Tests.Workers;

/// <summary>
/// Writes a <see cref="WorkerLife"/> as four characters, so that a table of them can be read: the state's first letter;
/// c = connected; o = was online; and whether it exits after a disconnect: y, n, or ? while that is open.
/// </summary>
internal static class LifeText
{
    internal static string Write(WorkerLife life) => string.Concat(
        life.State.ToString().Replace("Exited", "X", StringComparison.Ordinal)[..1],
        life.IsConnected ? "c" : ".",
        life.WasOnline ? "o" : ".",
        life.ExitedAfterDisconnect switch { true => "y", false => "n", null => "?" });

    internal static string Write(WorkerEffects effects) =>
        effects.ToString().Replace("Raise", "", StringComparison.Ordinal).Replace(", ", "+", StringComparison.Ordinal);
}
