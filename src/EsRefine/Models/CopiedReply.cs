using System.IO.Compression;
using EsRefine.Http;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Models;

/// <summary>Writes a reply to the client and keeps a copy if it is successful. The copy is processed before the client receives the last byte.</summary>
/// <remarks>
/// The order matters because an application may search with a vector as soon as it has received it. For a reply without a declared length, call
/// <see cref="EndAsync"/>.
/// </remarks>
/// <param name="response">The response; its status and length are known when writing begins.</param>
/// <param name="client">The stream to the client.</param>
/// <param name="limit">Largest copy in bytes; a larger reply is not copied.</param>
/// <param name="held">Counts the copy. If the memory budget has no room for it, the copy is dropped and the reply goes on.</param>
/// <param name="read">Processes the copy; called at most once.</param>
internal sealed class CopiedReply(HttpResponse response, Stream client, int limit, MemoryBudget.Lease held, Func<CopiedBody, ValueTask> read) : Stream
{
    private const int FirstBuffer = 16 * 1024;

    private MemoryStream? _copy = new();

    /// <summary>Whether the copy was dropped because the memory budget had no room for it.</summary>
    public bool IsDropped { get; private set; }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_copy is { } copy)
        {
            if (response.StatusCode is < 200 or >= 300 || copy.Length + buffer.Length > limit || !TryGrow(copy, buffer.Length))
            {
                _copy = null;
                held.Dispose();
            }
            else
            {
                copy.Write(buffer.Span);
                if (copy.Length == response.ContentLength)
                {
                    await EndAsync();
                }
            }
        }

        await client.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => client.FlushAsync(cancellationToken);

    private bool TryGrow(MemoryStream copy, int bytes)
    {
        long length = copy.Length + bytes;
        if (length <= copy.Capacity)
        {
            return true;
        }

        long larger = Math.Min(limit, Math.Max(length, Math.Max(FirstBuffer, 2L * copy.Capacity)));
        if (!held.TryHold(larger + copy.Capacity))   // both, while one is copied into the other
        {
            IsDropped = true;
            return false;
        }

        copy.Capacity = (int)larger;
        return true;
    }

    /// <summary>Call at the end of the reply: processes the copy unless that has been done.</summary>
    public async ValueTask EndAsync()
    {
        if (_copy is { Length: > 0 } copy)
        {
            _copy = null;
            await read(new CopiedBody(copy.GetBuffer().AsMemory(0, (int)copy.Length), response.Headers.ContentEncoding));
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("a reply is forwarded asynchronously");

    public override void Flush() => throw new NotSupportedException("a reply is forwarded asynchronously");
}

/// <summary>The bytes of a reply's body.</summary>
/// <param name="Bytes">As sent.</param>
/// <param name="Coding">Its <c>Content-Encoding</c>.</param>
internal readonly record struct CopiedBody(ReadOnlyMemory<byte> Bytes, StringValues Coding)
{
    public int Length => Bytes.Length;

    /// <summary>
    /// The decompressed body. Null if the encoding is not supported, the data is corrupt, or the body exceeds the limit (bytes) or the memory budget.
    /// </summary>
    public ReadOnlyMemory<byte>? Inflate(int limit, MemoryBudget.Lease held)
    {
        if (Coding.Count == 0 || Coding is ["identity"])
        {
            return Bytes;
        }

        using ReplayedBody compressed = new(Bytes, Stream.Null);
        using Stream? inflating = Coding.ToString().ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => new GZipStream(compressed, CompressionMode.Decompress),
            "BR" => new BrotliStream(compressed, CompressionMode.Decompress),
            "DEFLATE" => new ZLibStream(compressed, CompressionMode.Decompress),
            _ => null,
        };
        return inflating is null ? null : ReadAll(inflating, limit, held);
    }

    private static ReadOnlyMemory<byte>? ReadAll(Stream stream, int limit, MemoryBudget.Lease held)
    {
        MemoryStream whole = new();
        byte[] part = new byte[16 * 1024];
        try
        {
            while (stream.Read(part) is > 0 and int read)
            {
                if (whole.Length + read > limit || !held.TryGrow(2L * read))   // twice: the stream doubles its buffer
                {
                    return null;
                }

                whole.Write(part, 0, read);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)   // gzip and Brotli throw these for corrupt data
        {
            return null;
        }

        return whole.GetBuffer().AsMemory(0, (int)whole.Length);
    }
}
