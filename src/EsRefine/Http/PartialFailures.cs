using System.Text.Json;

namespace EsRefine.Http;

/// <summary>Finds failures in a search reply with a successful status: failed shards, and failed searches of an <c>_msearch</c>.</summary>
internal static class PartialFailures
{
    /// <summary>Largest reply to inspect, in bytes. A larger one counts as failed.</summary>
    private const int MaxReplyBytes = 32 * 1024 * 1024;

    /// <summary>Whether a reply reports a failure or cannot be read. The reply is buffered, so it can still be forwarded.</summary>
    public static async ValueTask<bool> AnyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(MaxReplyBytes, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return true;   // too large or incomplete
        }

        ReadOnlyMemory<byte> reply = await content.ReadAsByteArrayAsync(cancellationToken);
        return string.Join(',', content.Headers.ContentEncoding) switch
        {
            "" => Any(reply.Span),
            "gzip" => BufferedBody.Inflate(reply, MaxReplyBytes) is not { } inflated || Any(inflated.Span),
            _ => true,
        };
    }

    /// <summary>Whether a search or multi-search reply reports a failure or is not a JSON object.</summary>
    public static bool Any(ReadOnlySpan<byte> reply)
    {
        try
        {
            Utf8JsonReader reader = new(reply);
            return !reader.Read() || reader.TokenType != JsonTokenType.StartObject || AnyInObject(ref reader);
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private static bool AnyInObject(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isFailure = reader.ValueTextEquals("error"u8);
            bool isShards = reader.ValueTextEquals("_shards"u8);
            bool isReplies = reader.ValueTextEquals("responses"u8);
            _ = reader.Read();
            if (isFailure || (isShards && HasFailedShards(ref reader)) || (isReplies && AnyInArray(ref reader)))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool AnyInArray(ref Utf8JsonReader reader)
    {
        while (reader.TokenType != JsonTokenType.EndArray && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            if (AnyInObject(ref reader))
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasFailedShards(ref Utf8JsonReader reader)
    {
        while (reader.TokenType != JsonTokenType.EndObject && reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isFailed = reader.ValueTextEquals("failed"u8);
            _ = reader.Read();
            if (isFailed && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int failed) && failed > 0)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
