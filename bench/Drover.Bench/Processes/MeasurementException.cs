namespace Drover.Bench.Processes;

/// <summary>One measurement could not be made. The others go on; the message is what the reader gets.</summary>
sealed class MeasurementException(string message, Exception? inner = null) : Exception(message.TrimEnd(), inner);
