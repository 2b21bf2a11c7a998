using System.IO.Pipelines;
using Drover.Interop;
using Drover.Loop;
using Pipe = System.IO.Pipelines.Pipe;

namespace Drover.Workers;

/// <summary>
/// Listens in on what a worker writes to standard error: passes everything on to where it was to go, and remembers the last lines. The
/// loop reads and never waits: who is behind with taking it makes the worker wait, as without a tap.
/// </summary>
internal sealed class ErrorTap : IReadinessHandler, IDisposable
{
    private const int RememberedLines = 20;
    private const int ReadSize = 16 * 1024;
    private const int LastReads = 64; // What the kernel's pipe may still hold, and some; a child of the worker's may write for ever.

    // One write at a time for all workers: at most one thread waits when the primary's own output does not move.
    private static readonly SemaphoreSlim Turn = new(1);
    private static readonly Lazy<Stream> StandardError = new(Console.OpenStandardError);

    private readonly FileDescriptor _descriptor;
    private readonly LastLines _lines = new(RememberedLines);
    private readonly Pipe? _pipe;
    private EventLoop? _loop;
    private Watch? _watch;
    private bool _isUnread;
    private bool _closed;

    /// <summary>Owns the reading end of the pipe that the worker writes to.</summary>
    internal ErrorTap(FileDescriptor descriptor, WorkerStdio stdio)
    {
        _descriptor = descriptor;
        descriptor.SetNonBlocking();
        if (stdio == WorkerStdio.Silent) return;
        _pipe = new Pipe(new PipeOptions(useSynchronizationContext: false));
        if (stdio == WorkerStdio.Inherit) PassedOn = PassOnAsync(_pipe.Reader);
        else Stream = _pipe.Reader.AsStream();
    }

    /// <summary>With <see cref="WorkerStdio.Pipe"/>: what the program reads in the place of the pipe itself.</summary>
    internal Stream? Stream { get; }

    /// <summary>Completes when everything is where it was to go, as far as that is the tap's business.</summary>
    internal Task PassedOn { get; } = Task.CompletedTask;

    internal IReadOnlyList<string> LastLines => _lines.ToList();

    /// <summary>Loop thread only.</summary>
    internal void Start(EventLoop loop)
    {
        _loop = loop;
        _watch = loop.Watch(_descriptor.Value, Readiness.Readable, this);
    }

    void IReadinessHandler.OnReady(Readiness readiness)
    {
        // The end is told again and again, also while nothing is to be read: what is left is little and is taken in at once.
        if (readiness.HasFlag(Readiness.HangUp)) Dispose();
        else Read();
    }

    /// <summary>The worker has ended: reads what it has left and closes. Loop thread only.</summary>
    public void Dispose()
    {
        for (var reads = 0; reads < LastReads && Read(); reads++)
        {
        }

        Close();
    }

    private static async Task PassOnAsync(PipeReader from)
    {
        while (true)
        {
            var read = await from.ReadAsync();
            await Turn.WaitAsync();
            try
            {
                foreach (var part in read.Buffer) StandardError.Value.Write(part.Span);
            }
            catch (IOException)
            {
                // The primary has nobody who listens to it; the workers go on.
            }
            finally
            {
                Turn.Release();
            }

            from.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) break;
        }

        await from.CompleteAsync();
    }

    /// <summary>False: there is nothing more for now.</summary>
    private unsafe bool Read()
    {
        if (_closed) return false;
        Span<byte> buffer = stackalloc byte[ReadSize];
        nint length;
        fixed (byte* start = buffer) length = Libc.read(_descriptor.Value, start, ReadSize);
        if (length < 0)
        {
            if (ErrnoOfLastCall.Get() is not (Errno.WouldBlock or Errno.Interrupted)) Close();
            return false;
        }

        if (length == 0)
        {
            Close();
            return false;
        }

        var text = buffer[..(int)length];
        _lines.Add(text);
        PassOn(text);
        return true;
    }

    private void PassOn(ReadOnlySpan<byte> text)
    {
        if (_pipe is null || _isUnread) return;
        text.CopyTo(_pipe.Writer.GetSpan(text.Length));
        _pipe.Writer.Advance(text.Length);

        // At the end everything is taken in at once; until then one who is full is waited for.
        if (_watch!.Interest == Readiness.None) return;
        var flushed = _pipe.Writer.FlushAsync();
        if (flushed.IsCompleted)
        {
            _isUnread = flushed.Result.IsCompleted;
            return;
        }

        _watch.Interest = Readiness.None;
        _ = flushed.AsTask().ContinueWith(
            _ => _loop!.Post(() => _watch.Interest = Readiness.Readable), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private void Close()
    {
        if (_closed) return;
        _closed = true;
        _watch?.Dispose();
        _descriptor.Dispose();
        _pipe?.Writer.Complete();
    }
}
