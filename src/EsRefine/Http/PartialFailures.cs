using System.Text.Json;

namespace EsRefine.Http;

/// <summary>Finds failures that the status of a search reply does not tell of: shards that failed, and searches of an <c>_msearch</c> that did.</summary>
internal static class PartialFailures
{
    /// <summary>Largest reply that is looked at, in bytes; of a larger one nothing is known.</summary>
    private const int MaxReplyBytes = 32 * 1024 * 1024;

    /// <summary>Whether a reply tells of a failure, or cannot be read. It is buffered, and can be passed on afterwards.</summary>
    public static async ValueTask<bool> AnyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            await content.LoadIntoBufferAsync(MaxReplyBytes, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return true;   // too large, or broken off
        }

        ReadOnlyMemory<byte> reply = await content.ReadAsByteArrayAsync(cancellationToken);
        return string.Join(',', content.Headers.ContentEncoding) switch
        {
            "" => Any(reply.Span),
            "gzip" => BufferedBody.Inflate(reply, MaxReplyBytes) is not { } inflated || Any(inflated.Span),
            _ => true,
        };
    }

    /// <summary>Whether the JSON of a search reply, or of several, tells of a failure, or is none.</summary>
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
