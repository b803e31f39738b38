namespace EsRefine.Upstream;

/// <summary>The body of a request while it is sent to a node. It ends where the node answers before it has all of it, as with 413 or 429.</summary>
/// <remarks>
/// <see cref="SocketsHttpHandler"/> sends an HTTP/1.1 body to its end before it looks for a reply. So once a reply has begun, the rest of the body is neither
/// read from the client nor sent: reads return at once, <see cref="UpstreamConnection"/> drops what is written, and the reply goes to the client.
/// </remarks>
/// <param name="client">The body as the client sends it.</param>
/// <param name="length">Its declared length in bytes; null: chunked.</param>
internal sealed class Upload(Stream client, long? length) : Stream
{
    private static readonly AsyncLocal<Upload?> InFlight = new();

    private readonly CancellationTokenSource _end = new();
    private CancellationTokenRegistration _caller;
    private long _read;
    private bool _isComplete;
    private bool _hasEnded;

    /// <summary>Of the request that is being sent by the current flow of control; null: it has no body that is still arriving.</summary>
    public static Upload? Current
    {
        get => InFlight.Value;
        set => InFlight.Value = value;
    }

    /// <summary>Whether the client has sent all of it.</summary>
    public bool IsComplete => Volatile.Read(ref _isComplete);

    /// <summary>Whether the node has answered before that.</summary>
    public bool HasEnded => Volatile.Read(ref _hasEnded);

    /// <summary>Canceled when the node answers early.</summary>
    public CancellationToken End => _end.Token;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Notes that a reply has begun. Returns whether it is early.</summary>
    public bool ReplyBegins()
    {
        if (IsComplete)
        {
            return false;
        }

        Volatile.Write(ref _hasEnded, true);
        _end.Cancel();
        return true;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_caller == default && cancellationToken.CanBeCanceled)
        {
            _caller = cancellationToken.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), _end);
        }

        try
        {
            int read = HasEnded ? Pretend(buffer) : await client.ReadAsync(buffer, _end.Token);
            return Count(read, buffer);
        }
        catch (OperationCanceledException) when (HasEnded && !cancellationToken.IsCancellationRequested)
        {
            return Count(Pretend(buffer), buffer);
        }
    }

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _caller.Dispose();
            _end.Dispose();
        }

        base.Dispose(disposing);
    }

    // The sender insists on a declared length: what is missing of it is counted, not read, and dropped by the connection.
    private int Pretend(Memory<byte> buffer) => length is { } declared ? (int)Math.Min(buffer.Length, declared - _read) : 0;

    private int Count(int read, Memory<byte> buffer)
    {
        _read += read;
        if (_read == length || (read == 0 && !buffer.IsEmpty))
        {
            Volatile.Write(ref _isComplete, true);
        }

        return read;
    }
}
