using System.Net;
using Drover.Connections;
using Drover.Interop;

namespace Drover.Listening;

/// <summary>A server that this process has open, with all that must be undone when it is closed.</summary>
internal sealed class WorkerServer
{
    internal required string Key { get; init; }

    internal required ListenRequest Request { get; init; }

    internal EndPoint? LocalEndPoint { get; init; }

    /// <summary>Null for UDP.</summary>
    internal ConnectionInbox? Inbox { get; init; }

    internal int? Number { get; init; }

    internal AcceptLoop? AcceptLoop { get; init; }

    /// <summary>The shared UDP socket.</summary>
    internal FileDescriptor? Datagrams { get; init; }

    /// <summary>The file of a Unix socket that this process has made and removes.</summary>
    internal string? SocketFile { get; init; }

    internal bool IsClosed { get; set; }

    /// <summary>Completes when the connections that the program took have ended.</summary>
    internal Task Drained => Inbox?.Drained ?? Task.CompletedTask;
}
