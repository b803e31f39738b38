using System.Buffers;
using System.IO.Pipelines;

namespace EsRefine.Http;

/// <summary>Reads a request's body for so long, and leaves the rest of it to others.</summary>
/// <remarks><see cref="PipeReader.CancelPendingRead"/> ends a pending read: after a cancellation token, Kestrel's body cannot be read any more.</remarks>
internal sealed class BodyReading(PipeReader body, TimeSpan timeout) : IAsyncDisposable
{
    private Timer? _timer;
    private volatile bool _hasFired;
    private bool _wasCanceled;

    /// <summary>The next bytes. The result is canceled once the timeout has passed; it may hold bytes all the same.</summary>
    public async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken)
    {
        ValueTask<ReadResult> reading = body.ReadAsync(cancellationToken);
        if (!reading.IsCompleted)
        {
            _timer ??= new Timer(static state => ((BodyReading)state!).End(), this, timeout, Timeout.InfiniteTimeSpan);
        }

        ReadResult read = await reading;
        _wasCanceled |= read.IsCanceled;
        return read;
    }

    /// <summary>The bytes of a read have been taken.</summary>
    public void Take(ReadOnlySequence<byte> bytes) => body.AdvanceTo(bytes.End);

    /// <summary>The bytes of a read are the first of the rest.</summary>
    public void Leave(ReadOnlySequence<byte> bytes) => body.AdvanceTo(bytes.Start);

    /// <summary>What has not been taken.</summary>
    public async ValueTask<Stream> RestAsync(CancellationToken cancellationToken)
    {
        await DisposeAsync();
        if (_hasFired && !_wasCanceled)
        {
            // The cancellation came too late for a read, and would end the first one of the rest.
            Leave((await ReadAsync(cancellationToken)).Buffer);
        }

        return body.AsStream(leaveOpen: true);
    }

    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? default;

    private void End()
    {
        _hasFired = true;
        body.CancelPendingRead();
    }
}
