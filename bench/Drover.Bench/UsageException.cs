namespace Drover.Bench;

/// <summary>The command line cannot be understood.</summary>
sealed class UsageException(string message) : Exception(message);
