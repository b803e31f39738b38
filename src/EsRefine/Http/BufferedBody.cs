using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>The body of a request that may be a search: read up to a limit, inflated for inspection, and replayed to the forwarder.</summary>
/// <param name="IsWhole">False if the body exceeds the limit or the memory budget, or arrives too slowly; the rest is then still unread.</param>
/// <param name="Json">The inflated body. Null if it is too large, the memory budget is used up, or it is labeled gzip but is not valid gzip.</param>
internal readonly record struct BufferedBody(bool IsWhole, ReadOnlyMemory<byte>? Json)
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Size in bytes of a gzip member's header and trailer. The last four bytes are the uncompressed length.</summary>
    private const int GzipFrame = 18;

    /// <summary>Headers that sign or hash the body: changing the body of such a request would invalidate them.</summary>
    private static readonly string[] Seals = ["Content-Digest", "Repr-Digest", "Digest", "Signature", HeaderNames.ContentMD5];

    /// <summary>Whether the headers describe a JSON body that may be read and changed.</summary>
    /// <param name="request">The request.</param>
    /// <param name="inLines">Whether the endpoint also accepts newline-delimited JSON.</param>
    public static bool MayBeRefined(HttpRequest request, bool inLines)
    {
        IHeaderDictionary headers = request.Headers;
        return request.ContentLength is not 0
            && (request.ContentLength is not null || headers.TransferEncoding.Count > 0 || HttpProtocol.IsHttp2(request.Protocol))
            && IsJson(headers.ContentType, inLines)
            && (headers.ContentEncoding.Count == 0 || IsGzip(headers.ContentEncoding))
            && !IsSealed(headers);
    }

    /// <summary>Whether a signature or a digest covers the request.</summary>
    public static bool IsSealed(IHeaderDictionary headers) => Array.Exists(Seals, headers.ContainsKey);

    /// <summary>Reads the body up to a limit and replaces <see cref="HttpRequest.Body"/> with a stream that replays it.</summary>
    /// <param name="request">The request. The memory is returned to the budget when its response is disposed.</param>
    /// <param name="limit">Largest body to read, in bytes. A larger one is not read to its end.</param>
    /// <param name="memory">The memory budget for bodies. A body that does not fit is not read to its end.</param>
    /// <param name="cancellationToken">Canceled when the client disconnects.</param>
    /// <param name="timeout">A slower body is not read to its end. Null: <see cref="Timeouts.SearchBodyTimeout"/>.</param>
    /// <exception cref="BadHttpRequestException">The client's framing is invalid.</exception>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
    public static async ValueTask<BufferedBody> ReadAsync(
        HttpRequest request, int limit, MemoryBudget memory, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        if (request.ContentLength > limit)
        {
            return new(IsWhole: false, Json: null);
        }

        int longest = (int)(request.ContentLength ?? limit);

        // The buffer grows with received data, never with Content-Length, which costs a client nothing to declare. It is not pooled because shadow and learn
        // searches use the body after the request has ended.
        byte[] buffer = new byte[Math.Min(FirstBuffer, longest)];
        int length = 0;
        MemoryBudget.Lease held = memory.Begin(MemoryUse.Bodies);
        request.HttpContext.Response.RegisterForDispose(held);
        await using BodyReading incoming = new(request.BodyReader, timeout ?? Timeouts.SearchBodyTimeout);
        while (true)
        {
            ReadResult read = await incoming.ReadAsync(cancellationToken);
            long arrived = length + read.Buffer.Length;
            if (arrived > buffer.Length)
            {
                int larger = (int)Math.Min(Math.Max(2L * buffer.Length, arrived), longest);
                if (arrived > longest || !held.TryGrow(larger - buffer.Length))
                {
                    incoming.Leave(read.Buffer);
                    return await LeaveAsync();
                }

                Array.Resize(ref buffer, larger);
            }

            read.Buffer.CopyTo(buffer.AsSpan(length));
            length = (int)arrived;
            incoming.Take(read.Buffer);
            if (read.IsCompleted || length == request.ContentLength)
            {
                break;
            }

            if (read.IsCanceled)
            {
                return await LeaveAsync();   // too slow
            }
        }

        ReadOnlyMemory<byte> received = buffer.AsMemory(0, length);
        request.Body = new ReplayedBody(received, Stream.Null);
        if (!IsGzip(request.Headers.ContentEncoding))
        {
            return new(IsWhole: true, received);
        }

        ReadOnlyMemory<byte>? inflated = Inflate(received, limit);
        return new(IsWhole: true, held.TryGrow(inflated?.Length ?? 0) ? inflated : null);

        async ValueTask<BufferedBody> LeaveAsync()
        {
            request.Body = new ReplayedBody(buffer.AsMemory(0, length), await incoming.RestAsync(cancellationToken), held);
            return new(IsWhole: false, Json: null);
        }
    }

    /// <summary>Replaces the request's body with an uncompressed one that declares its length.</summary>
    /// <returns>An action that restores the original body, framing, and content encoding.</returns>
    public static Action Replace(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        (Stream stream, long? length, StringValues coding, StringValues framing) =
            (request.Body, request.ContentLength, request.Headers.ContentEncoding, request.Headers.TransferEncoding);
        request.Headers.ContentEncoding = default;
        request.Headers.TransferEncoding = default;
        request.ContentLength = body.Length;
        request.Body = new ReplayedBody(body, Stream.Null);
        return () =>
        {
            request.Headers.ContentEncoding = coding;
            request.ContentLength = length;
            request.Headers.TransferEncoding = framing;
            request.Body = stream;
        };
    }

    public static bool IsJson(StringValues contentType, bool inLines = false)
    {
        if (contentType is not [{ } value])
        {
            return false;
        }

        int parameters = value.IndexOf(';', StringComparison.Ordinal);
        ReadOnlySpan<char> mediaType = (parameters < 0 ? value : value.AsSpan(0, parameters)).Trim();
        return mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("application/vnd.elasticsearch+json", StringComparison.OrdinalIgnoreCase)
            || (inLines && mediaType.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase))
            || (inLines && mediaType.Equals("application/vnd.elasticsearch+x-ndjson", StringComparison.OrdinalIgnoreCase));
    }

    public static bool IsGzip(StringValues contentEncoding) => contentEncoding is [{ } coding] && coding.Equals("gzip", StringComparison.OrdinalIgnoreCase);

    /// <summary>Inflates a single gzip member. Null if the bytes are anything else, have trailing bytes, or inflate to more than the limit.</summary>
    public static ReadOnlyMemory<byte>? Inflate(ReadOnlyMemory<byte> compressed, int limit)
    {
        using GZipStream gzip = new(new ReplayedBody(compressed, Stream.Null), CompressionMode.Decompress);
        byte[] buffer = new byte[Math.Min(Math.Max(FirstBuffer, 4 * (long)compressed.Length), limit + 1)];
        int length = 0;
        try
        {
            while (gzip.Read(buffer.AsSpan(length)) is > 0 and int read)
            {
                length += read;
                if (length > limit)
                {
                    return null;
                }

                if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, Math.Min(2 * length, limit + 1));
                }
            }
        }
        catch (InvalidDataException)
        {
            return null;
        }

        // GZipStream ignores trailing bytes, but the engines reject most of them. A request that the engines would reject must not be repaired here.
        bool isAll = compressed.Length >= GzipFrame && BinaryPrimitives.ReadUInt32LittleEndian(compressed.Span[^sizeof(uint)..]) == length;
        return isAll ? (ReadOnlyMemory<byte>?)buffer.AsMemory(0, length) : null;
    }
}
