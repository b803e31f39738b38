namespace EsRefine.Http;

/// <summary>A stream that replays bytes already read, followed by the unread rest of another stream.</summary>
/// <param name="read">The bytes already read.</param>
/// <param name="rest">The stream with the rest.</param>
/// <param name="held">Disposed once the bytes already read have been replayed, however long the rest takes. Null: nothing.</param>
internal sealed class ReplayedBody(ReadOnlyMemory<byte> read, Stream rest, IDisposable? held = null) : Stream
{
    private ReadOnlyMemory<byte> _read = read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer) => _read.IsEmpty ? rest.Read(buffer) : Replay(buffer);

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _read.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : new(Replay(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Replay(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _read.Length);
        _read.Span[..count].CopyTo(buffer);
        _read = _read[count..];
        if (_read.IsEmpty)
        {
            _read = default;
            held?.Dispose();
        }

        return count;
    }
}
