using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Drover.AspNetCore.Transport;

internal static class ConnectionFeatures
{
    // Ours and those that Kestrel adds, so that the collection does not grow on the way.
    private const int Expected = 16;

    /// <summary>What a connection offers to Kestrel and to middleware. No IConnectionSocketFeature: there is no Socket.</summary>
    internal static FeatureCollection Of(TransportConnection connection)
    {
        var features = new FeatureCollection(Expected);
        features.Set<IConnectionIdFeature>(connection);
        features.Set<IConnectionTransportFeature>(connection);
        features.Set<IConnectionItemsFeature>(connection);
        features.Set<IConnectionLifetimeFeature>(connection);
        features.Set<IConnectionEndPointFeature>(connection);
        features.Set<IMemoryPoolFeature>(connection);
        return features;
    }
}
