using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Drover.AspNetCore.Transport;

/// <summary>The pipe from which the application reads, watched: a connection is idle when the application waits here for the next request.</summary>
internal sealed class ApplicationInput(PipeReader input, ConnectionHold hold) : PipeReader
{
    private bool _allConsumed = true;

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        var read = hold.Read(input, _allConsumed, cancellationToken);
        return hold.Body.IsCounted ? CountAsync(read) : read;
    }

    public override bool TryRead(out ReadResult result)
    {
        if (!input.TryRead(out result)) return false;
        if (hold.Body.IsCounted) hold.Body.Given(result.Buffer);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // What was given and not examined makes the next read complete at once. So when that read has to wait, all was examined, and
        // what was examined and not consumed is the difference of these two.
        _allConsumed = consumed.Equals(examined);
        if (hold.Body.IsCounted) hold.Body.Consumed(consumed);
        input.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead() => input.CancelPendingRead();

    public override void Complete(Exception? exception = null) => input.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => input.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> CountAsync(ValueTask<ReadResult> read)
    {
        var result = await read.ConfigureAwait(false);
        hold.Body.Given(result.Buffer);
        return result;
    }
}
