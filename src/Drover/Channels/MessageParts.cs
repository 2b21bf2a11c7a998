namespace Drover.Channels;

/// <summary>A user message taken apart. Type and value point into the line.</summary>
internal readonly record struct MessageParts(MessageKind Kind, long Id, ReadOnlyMemory<byte> Type, ReadOnlyMemory<byte> Value);

internal enum MessageKind
{
    /// <summary>Any JSON value without a type, as Node sends it.</summary>
    Plain,
    Typed,
    Request,
    Response,
    Failure,
}
