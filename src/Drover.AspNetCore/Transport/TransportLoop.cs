using System.Buffers;
using System.IO.Pipelines;
using Drover.Connections;
using Drover.Loop;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Drover.AspNetCore.Transport;

/// <summary>One loop thread with the connections that live on it and the memory that they share.</summary>
internal sealed class TransportLoop : IAsyncDisposable
{
    private readonly HashSet<TransportConnection> _connections = [];
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MemoryPool<byte> _memory;
    private readonly HandOffReceiver? _handOff;
    private volatile bool _givingBack;
    private bool _stopping;
    private int _telling;

    internal TransportLoop(string name, ConnectionTransportOptions options, MemoryPool<byte> memory, HandOffReceiver? handOff, ILogger logger)
    {
        _handOff = handOff;
        Options = options;
        Logger = logger;
        _memory = memory;
        Events = new EventLoop(name, logger);

        // Reading and the application live on the thread pool, because the application may block. Sending happens inside the flush
        // (inline), and an application whose flush had to wait goes on on the thread pool.
        var application = new ApplicationScheduler();
        Turns = new TurnScheduler(application);
        InputOptions = new PipeOptions(
            memory, Turns, application, options.MaxReadBufferBytes, options.MaxReadBufferBytes / 2, useSynchronizationContext: false);
        OutputOptions = new PipeOptions(
            memory, PipeScheduler.Inline, PipeScheduler.ThreadPool, options.MaxWriteBufferBytes, options.MaxWriteBufferBytes / 2, useSynchronizationContext: false);
    }

    internal EventLoop Events { get; }

    internal ConnectionTransportOptions Options { get; }

    internal ILogger Logger { get; }

    internal MemoryPool<byte> Memory => _memory;

    /// <summary>Where receivers take their turns.</summary>
    internal TurnScheduler Turns { get; }

    internal PipeOptions InputOptions { get; }

    internal PipeOptions OutputOptions { get; }

    /// <summary>Loop thread only.</summary>
    internal void Add(TransportConnection connection)
    {
        _connections.Add(connection);
        connection.Start();
        if (_stopping) connection.Abort(TransportStopped());
        else if (IsGivingBack) connection.TryReturn();
    }

    /// <summary>Loop thread only.</summary>
    internal void Remove(TransportConnection connection)
    {
        _connections.Remove(connection);
        if (_stopping && _connections.Count == 0) _allEnded.TrySetResult();
    }

    /// <summary>Whether a connection that becomes idle goes to another worker at once. Any thread.</summary>
    internal bool IsGivingBack => _givingBack && _handOff!.IsOpen;

    /// <summary>Whether a connection is left that will go to another worker. Loop thread only.</summary>
    internal bool HasMovable => IsGivingBack && _connections.Any(connection => connection.IsMovable);

    /// <summary>Gives up to this many idle connections to other workers. Loop thread only.</summary>
    internal int GiveBack(int count)
    {
        var given = 0;
        foreach (var connection in _handOff is { IsOpen: true } ? _connections.ToArray() : [])
        {
            if (given == count) break;
            if (connection.TryReturn()) given++;
        }

        return given;
    }

    /// <summary>Idle connections go to other workers now, all others as soon as they are idle. Loop thread only.</summary>
    internal void BeginGivingBack()
    {
        _givingBack = true;
        GiveBack(int.MaxValue);
        foreach (var connection in _connections) connection.AskToClose();
    }

    /// <summary>Other workers have got connections that this one still has descriptors of. Loop thread only.</summary>
    internal void LetGoOfMoved()
    {
        foreach (var connection in _connections.ToArray()) connection.LetGoIfMoved();
    }

    /// <summary>Brings the primary the news of all connections that this turn has ended or given back, at once. Any thread.</summary>
    internal void TellSoon()
    {
        if (Interlocked.Exchange(ref _telling, 1) == 0 && !Events.Post(Tell)) Tell();
    }

    private void Tell()
    {
        Volatile.Write(ref _telling, 0);
        _handOff!.Flush();
    }

    /// <summary>Breaks off what is still open (Kestrel has ended its connections by then), waits for it, and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Events.Post(Stop)) await Task.WhenAny(_allEnded.Task, Events.Ended);
        await Events.DisposeAsync();
        _memory.Dispose();
    }

    private void Stop()
    {
        _stopping = true;
        if (_connections.Count == 0) _allEnded.TrySetResult();
        foreach (var connection in _connections.ToArray()) connection.Abort(TransportStopped());
    }

    private static ConnectionAbortedException TransportStopped() => new("The transport is stopping.");
}
