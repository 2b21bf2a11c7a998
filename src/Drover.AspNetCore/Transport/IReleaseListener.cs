namespace Drover.AspNetCore.Transport;

/// <summary>Hears that a connection has become idle. Any thread.</summary>
internal interface IReleaseListener
{
    void OnReleased();
}
