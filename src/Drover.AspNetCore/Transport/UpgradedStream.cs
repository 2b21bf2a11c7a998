namespace Drover.AspNetCore.Transport;

/// <summary>
/// The stream of a WebSocket. A worker that leaves says goodbye on it between two frames, in the place of the application, which then
/// sees its client's answer and ends (RFC 6455, section 5.5.1).
/// </summary>
internal sealed class UpgradedStream(Stream inner) : Stream
{
    // A whole close frame: final, opcode 8; two bytes; 1001, going away.
    private static readonly byte[] GoingAway = [0x88, 0x02, 0x03, 0xe9];

    private readonly SemaphoreSlim _writing = new(1);
    private bool _saidGoodbye;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    internal async Task SayGoodbyeAsync()
    {
        await _writing.WaitAsync();
        try
        {
            if (_saidGoodbye) return;
            _saidGoodbye = true;
            await inner.WriteAsync(GoingAway);
            await inner.FlushAsync();
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The client or the application was faster.
        }
        finally
        {
            _writing.Release();
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.ReadAsync(buffer, offset, count, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // One call is one frame, or several whole ones.
        await _writing.WaitAsync(cancellationToken);
        try
        {
            // Nothing may follow a close frame, not even another one.
            if (!_saidGoodbye) await inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
