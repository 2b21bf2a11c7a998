using System.Globalization;
using Drover.Interop;
using Microsoft.Win32.SafeHandles;

namespace Drover.Workers;

/// <summary>Starts the process of a worker with the ends of its channel and of its hand-off socket in place.</summary>
internal static class WorkerSpawner
{
    internal const int ChannelDescriptor = 3;
    internal const int HandOffDescriptor = 4;

    internal const string UniqueIdVariable = "NODE_UNIQUE_ID";
    internal const string ChannelVariable = "NODE_CHANNEL_FD";
    internal const string SerializationVariable = "NODE_CHANNEL_SERIALIZATION_MODE";
    internal const string HandOffVariable = "DROVER_HANDOFF_FD";
    internal const string PolicyVariable = "DROVER_POLICY";
    internal const string DrainVariable = "DROVER_DRAIN_TIMEOUT";
    internal const string RequestLimitVariable = "DROVER_REQUEST_TIME_LIMIT";

    /// <exception cref="ClusterException">The process could not be started.</exception>
    internal static SpawnedWorker Spawn(int id, ForkOrder order, WorkerCommand command, string policy)
    {
        try
        {
            return SpawnWith(id, order, command, policy);
        }
        catch (SystemCallException exception)
        {
            throw new ClusterException(ClusterError.ForkFailed, $"Worker {id} could not be started: {command.Program}: {exception.Message}", exception);
        }
    }

    private static SpawnedWorker SpawnWith(int id, ForkOrder order, WorkerCommand command, string policy)
    {
        var settings = order.Settings;
        using var cleanup = new DisposeList();
        var (channel, theirChannel) = cleanup.AddFirst(SocketPair.CreateStream());
        cleanup.Add(theirChannel);
        List<(FileDescriptor, int)> descriptors = [(theirChannel, ChannelDescriptor)];
        FileDescriptor? handOff = null;
        if (!command.IsNode)
        {
            (handOff, var theirHandOff) = cleanup.AddFirst(SocketPair.CreateSequencedPacket());
            cleanup.Add(theirHandOff);
            descriptors.Add((theirHandOff, HandOffDescriptor));
        }

        var (streams, errors) = OpenStandardStreams(order, descriptors, cleanup);
        try
        {
            var pid = PosixSpawn.Start(new SpawnRequest
            {
                Program = command.Program,
                Arguments = command.Arguments,
                Environment = Environment(id, settings, handOff is not null ? policy : null),
                WorkingDirectory = settings.WorkingDirectory,
                Descriptors = descriptors,
            });
            var watched = Watch(pid);
            cleanup.KeepFirsts();
            return new SpawnedWorker(pid, watched, channel, handOff, streams, errors);
        }
        catch
        {
            streams?.Output.Dispose();
            streams?.Error.Dispose();
            errors?.Dispose();
            throw;
        }
    }

    private static PidFd Watch(int pid)
    {
        try
        {
            return PidFd.Open(pid);
        }
        catch
        {
            // The descriptor table is full. A process that nobody watches must not run.
            PidFd.KillUnwatched(pid);
            throw;
        }
    }

    private static (ForkedStreams? Streams, ErrorTap? Errors) OpenStandardStreams(
        ForkOrder order, List<(FileDescriptor, int)> descriptors, DisposeList cleanup)
    {
        var stdio = order.Settings.Stdio;
        var errors = order.RemembersErrors ? new ErrorTap(OpenPipe(2), stdio) : null;
        if (stdio == WorkerStdio.Inherit) return (null, errors);
        var nothing = cleanup.Add(Duplicate(Pipe.OpenNull()));
        descriptors.Add((nothing, 0));
        if (stdio == WorkerStdio.Silent)
        {
            descriptors.Add((nothing, 1));
            if (errors is null) descriptors.Add((nothing, 2));
            return (null, errors);
        }

        return (new ForkedStreams(StreamOf(OpenPipe(1)), errors?.Stream ?? StreamOf(OpenPipe(2))), errors);

        FileDescriptor OpenPipe(int number)
        {
            var (read, write) = Pipe.Create();
            descriptors.Add((cleanup.Add(Duplicate(write)), number));
            return read;
        }
    }

    private static FileStream StreamOf(FileDescriptor pipe) =>
        new(new SafeFileHandle(pipe.Release(), ownsHandle: true), FileAccess.Read, bufferSize: 0);

    // A spawn places descriptors on low numbers one after the other; a source among them could be overwritten before its turn.
    private static FileDescriptor Duplicate(FileDescriptor low)
    {
        using (low) return low.Duplicate();
    }

    private static List<KeyValuePair<string, string>> Environment(int id, ClusterSettings settings, string? policy)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry entry in System.Environment.GetEnvironmentVariables())
            variables[(string)entry.Key] = (string)entry.Value!;
        foreach (var (name, value) in settings.Environment)
        {
            if (value is null) variables.Remove(name);
            else variables[name] = value;
        }

        variables[UniqueIdVariable] = id.ToString(CultureInfo.InvariantCulture);
        variables[ChannelVariable] = ChannelDescriptor.ToString(CultureInfo.InvariantCulture);
        variables[SerializationVariable] = "json";
        variables.Remove(HandOffVariable);
        if (policy is not null)
        {
            variables[PolicyVariable] = policy;
            variables[HandOffVariable] = HandOffDescriptor.ToString(CultureInfo.InvariantCulture);
            variables[DrainVariable] = settings.DrainTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            variables[RequestLimitVariable] = settings.RequestTimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        }

        return [.. variables];
    }

    /// <summary>Closes what a failed spawn has opened, and after a good one the ends that are the child's by now.</summary>
    private sealed class DisposeList : IDisposable
    {
        private readonly List<FileDescriptor> _always = [];
        private readonly List<FileDescriptor> _onFailure = [];

        internal FileDescriptor Add(FileDescriptor descriptor)
        {
            _always.Add(descriptor);
            return descriptor;
        }

        internal (FileDescriptor Ours, FileDescriptor Theirs) AddFirst((FileDescriptor Ours, FileDescriptor Theirs) pair)
        {
            _onFailure.Add(pair.Ours);
            return pair;
        }

        internal void KeepFirsts() => _onFailure.Clear();

        public void Dispose()
        {
            foreach (var descriptor in _always) descriptor.Dispose();
            foreach (var descriptor in _onFailure) descriptor.Dispose();
        }
    }
}
