namespace Drover.Listening;

/// <summary>What kind of server a worker asks for; Node's <c>addressType</c>.</summary>
internal enum ListenKind
{
    Tcp4,
    Tcp6,
    Unix,
    Udp4,
    Udp6,

    /// <summary>A listening socket that the primary itself inherited, by its number there.</summary>
    Descriptor,
}
