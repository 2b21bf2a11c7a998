using Drover.Interop;

namespace Drover.Loop;

/// <summary>Called on the loop's thread when a watched descriptor is ready. Must not block.</summary>
internal interface IReadinessHandler
{
    void OnReady(Readiness readiness);
}
