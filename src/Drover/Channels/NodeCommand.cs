namespace Drover.Channels;

/// <summary>The <c>cmd</c> of a line of Node's protocol.</summary>
internal enum NodeCommand
{
    Other,
    Cluster,
    Handle,
    HandleAcknowledged,
    HandleRefused,
    GetSocketCount,
}

/// <summary>The <c>act</c> of a cluster message.</summary>
internal enum NodeAct
{
    None,
    Online,
    QueryServer,
    Listening,
    NewConnection,
    Close,
    Disconnect,
    ExitedAfterDisconnect,
}
