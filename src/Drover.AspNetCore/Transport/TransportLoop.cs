using System.Buffers;
using System.IO.Pipelines;
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
    private bool _stopping;

    internal TransportLoop(string name, ConnectionTransportOptions options, MemoryPool<byte> memory, ILogger logger)
    {
        Options = options;
        Logger = logger;
        _memory = memory;
        Events = new EventLoop(name, logger);

        // The application reads on the thread pool, because it may block; a paused receiver goes on where it lives. Sending happens
        // inside the flush (inline), and an application whose flush had to wait goes on on the thread pool.
        InputOptions = new PipeOptions(
            memory, new ApplicationScheduler(), new LoopScheduler(Events), options.MaxReadBufferBytes, options.MaxReadBufferBytes / 2, useSynchronizationContext: false);
        OutputOptions = new PipeOptions(
            memory, PipeScheduler.Inline, PipeScheduler.ThreadPool, options.MaxWriteBufferBytes, options.MaxWriteBufferBytes / 2, useSynchronizationContext: false);
    }

    internal EventLoop Events { get; }

    internal ConnectionTransportOptions Options { get; }

    internal ILogger Logger { get; }

    internal MemoryPool<byte> Memory => _memory;

    internal PipeOptions InputOptions { get; }

    internal PipeOptions OutputOptions { get; }

    /// <summary>Loop thread only.</summary>
    internal void Add(TransportConnection connection)
    {
        _connections.Add(connection);
        connection.Start();
        if (_stopping) connection.Abort(TransportStopped());
    }

    /// <summary>Loop thread only.</summary>
    internal void Remove(TransportConnection connection)
    {
        _connections.Remove(connection);
        if (_stopping && _connections.Count == 0) _allEnded.TrySetResult();
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
