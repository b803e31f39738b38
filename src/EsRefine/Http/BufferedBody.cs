using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>The body of a request that may be a search: read up to a limit, inflated for inspection, and replayed to the forwarder.</summary>
/// <param name="IsWhole">False if the body exceeds the limit or the memory budget; the rest is then still unread.</param>
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
    /// <exception cref="BadHttpRequestException">The client's framing is invalid.</exception>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
    public static async ValueTask<BufferedBody> ReadAsync(HttpRequest request, int limit, MemoryShare memory, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            return new(IsWhole: false, Json: null);
        }

        Stream incoming = request.Body;
        int longest = (int)(request.ContentLength ?? limit + 1);   // one byte over the limit distinguishes a body of exactly the limit from a larger one

        // The buffer grows with received data, never with Content-Length, which costs a client nothing to declare. It is not pooled because shadow and learn
        // searches use the body after the request has ended.
        byte[] buffer = new byte[Math.Min(FirstBuffer, longest)];
        int length = 0;
        MemoryShare.Lease held = memory.Begin();
        request.HttpContext.Response.RegisterForDispose(held);
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length == request.ContentLength)
                {
                    break;
                }

                int larger = (int)Math.Min(2L * length, longest);
                if (length > limit || !held.TryGrow(larger - length))
                {
                    request.Body = new ReplayedBody(buffer.AsMemory(0, length), incoming);
                    return new(IsWhole: false, Json: null);
                }

                Array.Resize(ref buffer, larger);
            }

            int read = await incoming.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        ReadOnlyMemory<byte> received = buffer.AsMemory(0, length);
        request.Body = new ReplayedBody(received, Stream.Null);
        if (!IsGzip(request.Headers.ContentEncoding))
        {
            return new(IsWhole: true, received);
        }

        ReadOnlyMemory<byte>? inflated = Inflate(received, limit);
        return new(IsWhole: true, held.TryGrow(inflated?.Length ?? 0) ? inflated : null);
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
