using System.Net;
using Drover.Interop;

namespace Drover.Listening;

/// <summary>What the primary answers to a worker that wants to listen.</summary>
/// <param name="Key">The server's name in later messages.</param>
/// <param name="Error">Why the worker cannot listen; else none.</param>
/// <param name="Bound">The address with the real port, where the primary told it.</param>
/// <param name="Server">The server's number on the hand-off socket; null when connections come over the channel.</param>
/// <param name="Lent">The socket itself, when it is lent; the receiver owns it.</param>
internal sealed record ListenReply(string Key, Errno Error, IPEndPoint? Bound, int? Server, FileDescriptor? Lent);
