using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace EsRefine.Http;

/// <summary>A pipe reader that sees what is buffered in it, and what its user has taken.</summary>
internal abstract class ObservedReader(PipeReader inner) : PipeReader
{
    /// <summary>Called with what a read found: all that came and was not taken yet.</summary>
    protected abstract ReadResult Observe(ReadResult read);

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
        {
            return false;
        }

        result = Observe(result);
        return true;
    }

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        ValueTask<ReadResult> reading = inner.ReadAsync(cancellationToken);
        return reading.IsCompletedSuccessfully ? new(Observe(reading.Result)) : ObserveAsync(reading);
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ReadResult> ObserveAsync(ValueTask<ReadResult> reading) => Observe(await reading);
}
