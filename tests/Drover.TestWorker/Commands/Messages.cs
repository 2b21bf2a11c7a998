using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Drover.TestWorker.Commands;

// What programs might really tell one another.
public sealed record UserCreated(string Name);

public sealed record PriceChanged(string Article, decimal Price);

/// <summary>The question for a <see cref="TallySoFar"/>.</summary>
public sealed record TellTally;

public sealed record TallySoFar(string[] Users, decimal[] Prices, string[] Texts);

/// <summary>An object that contains itself, which JSON can say only with references.</summary>
public sealed class Ring
{
    public static JsonTypeInfo<Ring> TypeInfo { get; } = (JsonTypeInfo<Ring>)new JsonSerializerOptions
    {
        ReferenceHandler = ReferenceHandler.Preserve,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    }.GetTypeInfo(typeof(Ring));

    public Ring? Next { get; set; }
}

[JsonSerializable(typeof(UserCreated))]
[JsonSerializable(typeof(Division))]
[JsonSerializable(typeof(Quotient))]
public sealed partial class MessageJson : JsonSerializerContext;
