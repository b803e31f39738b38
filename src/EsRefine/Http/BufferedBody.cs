using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>The body of a request that may be a search: read up to a limit, inflated for inspection, put back in front of the forwarder.</summary>
/// <param name="IsWhole">False: larger than the limit or than the memory budget has room for, or too slow, so the rest is still to be read.</param>
/// <param name="Json">The body, inflated; null: not for us (too large, no memory for it, or no gzip in spite of its name).</param>
internal readonly record struct BufferedBody(bool IsWhole, ReadOnlyMemory<byte>? Json)
{
    private const int FirstBuffer = 16 * 1024;

    /// <summary>Bytes of the head and the tail of a gzip member; its last four are the length of what it holds.</summary>
    private const int GzipFrame = 18;

    /// <summary>Headers that seal the body's bytes: a request that has one could not be changed without breaking its seal.</summary>
    private static readonly string[] Seals = ["Content-Digest", "Repr-Digest", "Digest", "Signature", HeaderNames.ContentMD5];

    /// <summary>By its headers: could the body be JSON that we may read, and change?</summary>
    /// <param name="request">The request.</param>
    /// <param name="inLines">Whether the endpoint takes JSON in lines too.</param>
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

    /// <summary>Reads the body up to a limit and gives the forwarder what was read in its place.</summary>
    /// <param name="request">The request, which holds the body until it is answered.</param>
    /// <param name="limit">A larger body is not read to its end.</param>
    /// <param name="memory">A body that finds none left is not read to its end either.</param>
    /// <param name="cancellationToken">The client left.</param>
    /// <param name="timeout">A slower body is not read to its end either; null: <see cref="Timeouts.SearchBodyTimeout"/>.</param>
    /// <exception cref="BadHttpRequestException">The client's framing is broken.</exception>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public static async ValueTask<BufferedBody> ReadAsync(
        HttpRequest request, int limit, MemoryBudget memory, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        if (request.ContentLength > limit)
        {
            return new(IsWhole: false, Json: null);
        }

        int longest = (int)(request.ContentLength ?? limit);

        // It grows with what arrives: a declared length costs a client nothing, and must cost us nothing. Not pooled: shadowed and learning searches keep their
        // body beyond the request.
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

    /// <summary>Makes the request carry another body: plain, with its length declared.</summary>
    /// <returns>Puts back the one that came, framed and coded as it was.</returns>
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

    /// <summary>Null where the bytes are not one gzip member and no byte more, or more than the limit comes out of them.</summary>
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

        // The stream passes over what stands behind the last member, the engines refuse most of it: what they refuse must not be mended on the way.
        bool isAll = compressed.Length >= GzipFrame && BinaryPrimitives.ReadUInt32LittleEndian(compressed.Span[^sizeof(uint)..]) == length;
        return isAll ? (ReadOnlyMemory<byte>?)buffer.AsMemory(0, length) : null;
    }
}
