using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Drover.AspNetCore.Transport;

/// <summary>Notes that a connection becomes a WebSocket: from then on it cannot move, and is told when its worker leaves.</summary>
internal sealed class WebSocketUpgrade(IHttpUpgradeFeature inner, TransportConnection connection) : IHttpUpgradeFeature
{
    private const string WebSocket = "websocket";

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync()
    {
        var stream = new UpgradedStream(await inner.UpgradeAsync());
        connection.OnUpgraded(stream);
        return stream;
    }

    /// <summary>Only a request that asks for a WebSocket pays for this.</summary>
    internal static void Watch(HttpContext context, TransportConnection connection)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true } feature) return;
        if (string.Equals(context.Request.Headers[HeaderNames.Upgrade], WebSocket, StringComparison.OrdinalIgnoreCase))
            context.Features.Set<IHttpUpgradeFeature>(new WebSocketUpgrade(feature, connection));
    }
}
