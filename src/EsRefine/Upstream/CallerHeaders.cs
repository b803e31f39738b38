using System.Collections.Frozen;
using EsRefine.Stores;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Upstream;

/// <summary>
/// The caller's identity on EsRefine's own requests. Such a request carries every header of the caller except those that describe the original message or its
/// connection, so the cluster sees the same caller under any scheme (<c>Authorization</c>, run-as, tenant and proxy-authentication headers).
/// </summary>
internal static class CallerHeaders
{
    /// <summary>Marks EsRefine's own requests in the cluster's task list, slow logs, and audit logs.</summary>
    public const string OpaqueIdSuffix = "esrefine";

    private static readonly FrozenSet<string> NotCopied = FrozenSet.ToFrozenSet(
        [
            "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Range",
            "Date", "Accept", "Accept-Encoding", "Accept-Charset", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "X-Opaque-Id",
            "X-Elastic-Client-Meta",   // telemetry of the client's own calls
            "X-HTTP-Method-Override",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that are copied but identify a request rather than its caller.</summary>
    private static readonly FrozenSet<string> SayNothingOfTheCaller = FrozenSet.ToFrozenSet(
        [
            "User-Agent", "Accept-Language", "Cache-Control", "Pragma", "Priority", "Origin", "Referer", "DNT", "Via",
            "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Host", "x-elastic-product-origin",
            "traceparent", "tracestate", "baggage", "elastic-apm-traceparent", "sentry-trace", "uber-trace-id", "b3", "Correlation-Context",
            "Request-Id", "X-Request-Id", "X-Correlation-Id", "X-Request-Start", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] PrefixesThatSayNothingOfTheCaller = ["Sec-", "X-B3-", "X-Datadog-", "X-Envoy-"];

    /// <summary>Checks whether EsRefine's own requests can carry the caller's identity.</summary>
    /// <param name="headers">The client's headers.</param>
    /// <returns>The reason why they cannot; null if they can.</returns>
    public static string? WhyNotDelegable(IHeaderDictionary headers)
    {
        foreach (string? authorization in headers.Authorization)
        {
            if (authorization is null)
            {
                continue;
            }

            if (authorization.StartsWith("AWS4-", StringComparison.OrdinalIgnoreCase))
            {
                return "the request is signed (AWS SigV4): a changed body would no longer match its signature";
            }

            if (authorization.StartsWith("Negotiate", StringComparison.OrdinalIgnoreCase)
                || authorization.StartsWith("Digest", StringComparison.OrdinalIgnoreCase))
            {
                return "the credentials are bound to this one request (Negotiate or Digest) and cannot be used for a sample";
            }
        }

        return null;
    }

    /// <summary>Copies the caller's headers to a request.</summary>
    public static void CopyTo(HttpRequestMessage request, IHeaderDictionary headers)
    {
        foreach ((string name, StringValues values) in headers)
        {
            if (IsCopied(name, headers))
            {
                RepeatedHeader.Add(request, name, values);
            }
        }

        bool hasId = headers.TryGetValue("X-Opaque-Id", out StringValues opaqueId) && opaqueId.Count == 1;
        request.Headers.TryAddWithoutValidation("X-Opaque-Id", hasId ? opaqueId + "/" + OpaqueIdSuffix : OpaqueIdSuffix);
    }

    /// <summary>A fingerprint of the caller's identity, valid in this process. It is a keyed hash, so it may be stored: it hides the credentials.</summary>
    public static string Scope(IHeaderDictionary headers) => CacheKey.Of("caller", Identity(headers));

    /// <summary>
    /// The caller's identity, the same in every process: all headers sent to the cluster, except those known not to identify a caller. Unknown headers count,
    /// because a proxy in front of the cluster may authenticate by them. A vector learned for one identity is never served to another.
    /// </summary>
    /// <remarks>Holds credentials: hash it, never store it.</remarks>
    public static IReadOnlyList<string> Identity(IHeaderDictionary headers)
    {
        List<string> parts = [];
        foreach ((string name, StringValues values) in headers.OrderBy(static header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (IsCopied(name, headers)
                && !SayNothingOfTheCaller.Contains(name)
                && !Array.Exists(PrefixesThatSayNothingOfTheCaller, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)))
            {
                parts.Add(name.ToUpperInvariant());
                parts.AddRange(values.Select(static value => "=" + value));
            }
        }

        return parts;
    }

    private static bool IsCopied(string name, IHeaderDictionary headers)
    {
        if (NotCopied.Contains(name)
            || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith("EsRefine-", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(':'))
        {
            return false;
        }

        foreach (string? nominated in headers.Connection)
        {
            // A header named by Connection belongs to the client's connection to EsRefine.
            if (nominated is not null && nominated.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
