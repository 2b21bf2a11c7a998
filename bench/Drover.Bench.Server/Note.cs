using System.Text.Json.Serialization;

namespace Drover.Bench.Server;

/// <summary>The message of the dialogue, on the wire the same object that the Node program sends.</summary>
sealed record Note([property: JsonPropertyName("message")] string Message, [property: JsonPropertyName("id")] int Id)
{
    public static Note Numbered(int id) => new("User Created", id);
}
