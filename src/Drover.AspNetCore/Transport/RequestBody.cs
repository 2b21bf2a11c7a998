using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.AspNetCore.Transport;

/// <summary>
/// Whether all of a request's body was consumed. An application may leave a body unread; Kestrel then reads it to its end before the
/// next request, and in that time looks exactly as if it waited for one.
/// </summary>
internal sealed class RequestBody
{
    private IHttpRequestTrailersFeature? _trailers;
    private ReadOnlySequence<byte> _given;
    private long _left;

    /// <summary>Whether consumed bytes are to be counted.</summary>
    internal bool IsCounted => _left > 0;

    /// <summary>More of the body is to come.</summary>
    internal bool IsUnread => _left > 0;

    /// <summary>The request is over, and its body may or may not be.</summary>
    internal bool IsUnclear { get; private set; }

    internal void Begin(HttpContext context)
    {
        IsUnclear = false;
        _trailers = null;
        _given = default;
        _left = 0;
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false }) return;
        if (context.Request.ContentLength is { } length) _left = length;
        else _trailers = context.Features.Get<IHttpRequestTrailersFeature>();
    }

    /// <summary>A chunked body is known to be at its end only as long as its request lives.</summary>
    internal void End()
    {
        IsUnclear = _trailers is { Available: false };
        _trailers = null;
    }

    /// <summary>Bytes were given to the application.</summary>
    internal void Given(in ReadOnlySequence<byte> bytes) => _given = bytes;

    /// <summary>The application has consumed what it was given up to here.</summary>
    internal void Consumed(SequencePosition position)
    {
        if (_given.IsEmpty) return;
        _left -= _given.Slice(0, position).Length;
        _given = default;
    }
}
