using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Drover.TestWorker.Commands;

namespace Drover.TestWorker;

/// <summary>A worker that does what the test tells it to, over the channel.</summary>
[Behaviours]
internal static class CommandedBehaviour
{
    private static readonly ConcurrentDictionary<string, ClusterTcpListener> Listeners = new();
    private static readonly ConcurrentDictionary<string, ClusterUdpSocket> Sockets = new();
    private static readonly ConcurrentDictionary<string, int> Datagrams = new();
    private static readonly TaskCompletionSource Broken = new();
    private static int _open;

    /// <summary>Answers every connection with the worker's id.</summary>
    public static async Task<int> Commanded(string[] args)
    {
        using var answers = Cluster.Worker!.OnRequest<WorkerCommand, CommandResult>((command, _) => DoAsync(command));
        var ended = Cluster.WaitForExitAsync();
        await await Task.WhenAny(ended, Broken.Task);
        return 0;
    }

    private static async ValueTask<CommandResult> DoAsync(WorkerCommand command)
    {
        try
        {
            return command.Do switch
            {
                "listen" => new CommandResult { Port = await ListenAsync(command) },
                "bind" => new CommandResult { Port = await BindAsync(command) },
                "close" => await CloseAsync(command.Name),
                "received" => new CommandResult { Count = Datagrams.GetValueOrDefault(command.Name) },
                "send" => await SendAsync(command),
                "open" => new CommandResult { Count = Volatile.Read(ref _open) },
                "sockets" => new CommandResult { Count = CountSockets() },
                "disconnect" => Disconnect(),
                _ => new CommandResult { Error = "no such command" },
            };
        }
        catch (SocketException exception)
        {
            return new CommandResult { Error = NodeNameOf(exception.SocketErrorCode) };
        }
        catch (OperationCanceledException)
        {
            return new CommandResult { Error = "given up" };
        }
    }

    private static async Task<int> ListenAsync(WorkerCommand command)
    {
        var options = new ClusterListenOptions
        {
            Backlog = command.Backlog,
            IPv6Only = command.Ipv6Only,
            AllUsers = command.AllUsers,
            ReusePort = command.ReusePort,
            MaxConnections = command.MaxConnections,
            DropConnectionsAboveMax = command.Drop,
        };
        using var cancellation = new CancellationTokenSource();
        EndPoint endPoint = command.Path is { } path
            ? new UnixDomainSocketEndPoint(path)
            : new IPEndPoint(IPAddress.Parse(command.Address ?? "::"), command.Port);
        var listening = command.Descriptor is { } descriptor
            ? ClusterTcpListener.ListenOnDescriptorAsync(descriptor, cancellation.Token)
            : ClusterTcpListener.ListenAsync(endPoint, options, cancellation.Token);
        if (command.GiveUp) await cancellation.CancelAsync();
        var listener = await listening;
        Listeners[command.Name] = listener;
        _ = AcceptAllAsync(listener, command);
        return listener.LocalEndPoint is IPEndPoint ip ? ip.Port : -1;
    }

    private static async Task AcceptAllAsync(ClusterTcpListener listener, WorkerCommand command)
    {
        try
        {
            if (command.Late)
            {
                var leaving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var registration = Cluster.Disconnecting.Register(leaving.SetResult);
                await leaving.Task;
            }

            while (await listener.AcceptAsync() is { } connection) _ = ServeAsync(connection, command.Hold);
        }
        catch (Exception exception)
        {
            Broken.TrySetException(exception);
        }
    }

    private static async Task ServeAsync(ClusterConnection connection, bool hold)
    {
        Interlocked.Increment(ref _open);
        try
        {
            await connection.Stream.WriteAsync(Encoding.ASCII.GetBytes($"{Cluster.Worker!.Id}\n"));
            if (hold) await connection.Stream.CopyToAsync(Stream.Null);
        }
        catch (IOException)
        {
            // The client has gone; so has the connection.
        }

        Interlocked.Decrement(ref _open);
        await connection.DisposeAsync();
    }

    private static async Task<int> BindAsync(WorkerCommand command)
    {
        var options = new ClusterListenOptions { IPv6Only = command.Ipv6Only, ReuseAddress = command.ReuseAddress, ReusePort = command.ReusePort };
        using var cancellation = new CancellationTokenSource();
        var binding = command.Descriptor is { } descriptor
            ? ClusterUdpSocket.BindToDescriptorAsync(descriptor, cancellation.Token)
            : ClusterUdpSocket.BindAsync(new IPEndPoint(IPAddress.Parse(command.Address ?? "::"), command.Port), options, cancellation.Token);
        if (command.GiveUp) await cancellation.CancelAsync();
        var socket = await binding;
        Sockets[command.Name] = socket;
        _ = ReceiveAllAsync(command.Name, socket.Socket);
        return socket.LocalEndPoint.Port;
    }

    private static async Task ReceiveAllAsync(string name, Socket socket)
    {
        var buffer = new byte[2048];
        try
        {
            while (true)
            {
                await socket.ReceiveAsync(buffer);
                Datagrams.AddOrUpdate(name, 1, (_, count) => count + 1);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The command to close it came.
        }
    }

    private static async Task<CommandResult> SendAsync(WorkerCommand command)
    {
        var target = new IPEndPoint(IPAddress.Parse(command.Address!), command.Port);
        return new CommandResult { Count = await Sockets[command.Name].Socket.SendToAsync(Encoding.ASCII.GetBytes(command.Text!), target) };
    }

    private static async Task<CommandResult> CloseAsync(string name)
    {
        if (Listeners.TryRemove(name, out var listener)) await listener.DisposeAsync();
        if (Sockets.TryRemove(name, out var socket)) await socket.DisposeAsync();
        return new CommandResult();
    }

    private static CommandResult Disconnect()
    {
        _ = Cluster.Worker!.DisconnectAsync();
        return new CommandResult();
    }

    private static int CountSockets() =>
        Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);

    private static string NodeNameOf(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "EADDRINUSE",
        SocketError.AccessDenied => "EACCES",
        SocketError.AddressNotAvailable => "EADDRNOTAVAIL",
        SocketError.NotSocket => "ENOTSOCK",
        _ => error.ToString(),
    };
}
