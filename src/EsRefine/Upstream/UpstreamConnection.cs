using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace EsRefine.Upstream;

/// <summary>A pooled connection to a node. After a reply which says that the node may have stopped reading it, the pool closes it.</summary>
/// <remarks>
/// When their HTTP decoder fails (a head over 16 KiB, a control byte in a header value), Elasticsearch and OpenSearch answer 400, keep the connection open
/// and never read from it again. The next request on it would wait without end. Such a reply is therefore handed to the pool with a <c>Connection: close</c>
/// header inserted, which the pool obeys. Clients do not see it: hop-by-hop headers of the cluster never reach them.
/// </remarks>
// SocketsHttpHandler reads and writes memory asynchronously and never pipelines, so the first bytes read after a write begin a reply.
internal sealed class UpstreamConnection(Stream inner) : Stream
{
    private static ReadOnlySpan<byte> CloseHeader => "Connection: close\r\n"u8;

    private volatile bool _isReplying = true;   // no reply is due before a request
    private volatile bool _isReading;
    private Upload? _upload;
    private EarlyReply? _ahead;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length <= CloseHeader.Length)
        {
            return inner.ReadAsync(buffer, cancellationToken);
        }

        Memory<byte> room = buffer[..^CloseHeader.Length];
        _isReading = true;
        if (_ahead is { } ahead)
        {
            _ahead = null;
            return WatchAsync(ahead.TakeAsync(room), room, buffer, cancellationToken);
        }

        ValueTask<int> read = inner.ReadAsync(room, cancellationToken);
        return _isReplying && read.IsCompleted ? read : WatchAsync(read, room, buffer, cancellationToken);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Upload? upload = Upload.Current;
        if (upload is { HasEnded: true })
        {
            return default;   // the rest of a body that the node does not want
        }

        (_isReplying, _upload) = (false, upload);
        return upload is { IsComplete: false } ? SendAsync(upload, buffer, cancellationToken) : inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Reads until the status line of a reply is whole, which takes one read unless somebody sends it in pieces.</summary>
    // Whether a reply begins is known when the read completes: the pool starts to read before it writes the request.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> WatchAsync(ValueTask<int> first, Memory<byte> room, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int read = await first;
        int length = read;
        while (!_isReplying && read > 0)
        {
            if (TryFindHeaders(room.Span[..length], out int headers, out bool endsConnection))
            {
                if (headers > 0)
                {
                    _isReplying = true;
                    endsConnection |= _upload?.ReplyBegins() is true;
                    _upload = null;
                }

                length = endsConnection ? InsertClose(buffer.Span, headers, length) : length;
                break;
            }

            if (length == room.Length)
            {
                break;
            }

            read = await inner.ReadAsync(room[length..], cancellationToken);
            length += read;
        }

        _isReading = false;
        return length;
    }

    /// <summary>Sends a part of a body that is still arriving, unless the node has answered.</summary>
    private async ValueTask SendAsync(Upload upload, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_isReading)
        {
            _ahead ??= new EarlyReply(inner, upload);   // on a reused connection the pool itself is reading ahead
        }

        if (upload.HasEnded)
        {
            return;
        }

        try
        {
            await inner.WriteAsync(buffer, upload.End);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // A node that answers early may close at once: its reply can be read all the same.
            await Task.Delay(Timeouts.EarlyReplyTimeout, upload.End).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!upload.HasEnded)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
    }

    private static int InsertClose(Span<byte> reply, int at, int length)
    {
        reply[at..length].CopyTo(reply[(at + CloseHeader.Length)..]);
        CloseHeader.CopyTo(reply[at..]);
        return length + CloseHeader.Length;
    }

    /// <summary>Finds the end of the final status line, past interim replies (RFC 9110, 15.2).</summary>
    /// <param name="reply">What has been read of it.</param>
    /// <param name="headers">Where the headers of the final reply begin; 0: there are only interim replies so far, which the pool is waiting for.</param>
    /// <param name="endsConnection">The node refused the message itself, or speaks HTTP/1.0: it may never read from the connection again.</param>
    /// <returns>False: a line is not whole yet.</returns>
    private static bool TryFindHeaders(ReadOnlySpan<byte> reply, out int headers, out bool endsConnection)
    {
        (headers, endsConnection) = (0, false);
        int start = 0;
        while (start < reply.Length)
        {
            int line = reply[start..].IndexOf("\r\n"u8);
            if (line < 0)
            {
                return false;
            }

            ReadOnlySpan<byte> statusLine = reply.Slice(start, line);
            int status = 0;
            bool isHttp11 = statusLine.StartsWith("HTTP/1.1 "u8) && Utf8Parser.TryParse(statusLine[9..], out status, out _);
            if (status is < 100 or > 199)
            {
                headers = start + line + 2;
                endsConnection = !isHttp11 || status is 400 or 408 or 413 or 414 or 417 or 431;
                return true;
            }

            int end = reply[start..].IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                return false;
            }

            start += end + 4;
        }

        return start > 0;
    }

    /// <summary>Reads while a body is being sent on a new connection, on which the pool reads only when the body has been sent.</summary>
    private sealed class EarlyReply
    {
        private readonly byte[] _buffer = new byte[1024];   // fits into what the pool asks for
        private readonly Task<int> _read;

        public EarlyReply(Stream connection, Upload upload) => _read = ReadAsync(connection, upload);

        /// <summary>What was read.</summary>
        public async ValueTask<int> TakeAsync(Memory<byte> destination)
        {
            int length = await _read;
            _buffer.AsMemory(0, length).CopyTo(destination);
            return length;
        }

        private async Task<int> ReadAsync(Stream connection, Upload upload)
        {
            int length = await connection.ReadAsync(_buffer);
            if (TryFindHeaders(_buffer.AsSpan(0, length), out int headers, out _) && headers > 0)
            {
                upload.ReplyBegins();
            }

            return length;
        }
    }
}
