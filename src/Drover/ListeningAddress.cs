using System.Net;

namespace Drover;

/// <summary>Where a worker listens.</summary>
/// <param name="Address">What the worker asked for: an IP address, a Unix path, or null for every address.</param>
/// <param name="Port">The real port, also when the worker asked for port 0; -1 for a Unix socket.</param>
/// <param name="AddressType">4 or 6 for TCP, -1 for a Unix socket, <c>udp4</c> or <c>udp6</c>; as in Node.</param>
/// <param name="EndPoint">The address that the socket is bound to, where it is known.</param>
public sealed record ListeningAddress(string? Address, int Port, string? AddressType, EndPoint? EndPoint);
