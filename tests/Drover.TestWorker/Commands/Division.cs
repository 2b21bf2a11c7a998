namespace Drover.TestWorker.Commands;

/// <summary>A request that can fail.</summary>
public sealed record Division(int A, int B)
{
    /// <exception cref="DivideByZeroException">B is 0.</exception>
    public Quotient Divide() => new(A / B);
}

/// <summary>The answer to a <see cref="Division"/>.</summary>
public sealed record Quotient([property: System.Text.Json.Serialization.JsonPropertyName("quotient")] int Value);
