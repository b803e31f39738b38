using System.Collections.Frozen;
using System.Net;
using EsRefine.Stores;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Upstream;

/// <summary>
/// The caller's identity on our own requests: an extra request carries every header that the forwarder sends (<see cref="ForwardedHeaders"/>) but those that
/// describe the original message, so that whatever scheme a deployment uses (<c>Authorization</c>, run-as, tenant and proxy-authentication headers, virtual
/// hosts), the same cluster sees the same caller.
/// </summary>
internal static class CallerHeaders
{
    /// <summary>Marks EsRefine's own requests in the cluster's task list, slow logs, and audit logs.</summary>
    public const string OpaqueIdSuffix = "esrefine";

    private static readonly FrozenSet<string> NotCopied = FrozenSet.ToFrozenSet(
        [
            "Trailer", "Expect", "Range", "If-Range", "Date", "Accept", "Accept-Encoding", "Accept-Charset",
            "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "X-Opaque-Id",
            "X-Elastic-Client-Meta",   // telemetry of the client's own calls
            "X-HTTP-Method-Override",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that are copied but identify a request rather than its caller.</summary>
    private static readonly FrozenSet<string> SayNothingOfTheCaller = FrozenSet.ToFrozenSet(
        [
            "User-Agent", "Accept-Language", "Cache-Control", "Pragma", "Priority", "Referer", "DNT", "Via", "x-elastic-product-origin",
            "traceparent", "tracestate", "baggage", "elastic-apm-traceparent", "sentry-trace", "uber-trace-id", "b3", "Correlation-Context",
            "Request-Id", "X-Request-Id", "X-Correlation-Id", "X-Request-Start", "X-Amzn-Trace-Id", "X-Cloud-Trace-Context",
        ],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] PrefixesThatSayNothingOfTheCaller = ["Sec-", "X-B3-", "X-Datadog-", "X-Envoy-Attempt-", "X-Envoy-Expected-"];

    /// <summary>Checks whether EsRefine's own requests can carry the caller's identity.</summary>
    /// <param name="headers">The client's headers.</param>
    /// <returns>The reason why they cannot; null if they can.</returns>
    public static string? WhyNotDelegable(IHeaderDictionary headers)
    {
        foreach (string? authorization in headers.Authorization.Concat(headers.ProxyAuthorization))
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

    /// <summary>Copies the caller's headers onto a request of ours, which has its target.</summary>
    public static void CopyTo(HttpRequestMessage request, IHeaderDictionary headers)
    {
        ForwardedHeaders forwarded = new(headers);
        foreach ((string name, StringValues values) in headers)
        {
            if (forwarded.Contain(name)
                && !IsOfTheMessage(name)
                && (ForwardedHeaders.KeepsHost(request.RequestUri!, values) || !name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase)))
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
    /// <remarks>
    /// Holds credentials: to be hashed, never kept. A <c>Host</c> that is an IP address or <c>localhost</c> names this sidecar and no virtual host behind it:
    /// the pages of a search may come through several sidecars.
    /// </remarks>
    public static IReadOnlyList<string> Identity(IHeaderDictionary headers)
    {
        List<string> parts = [];
        ForwardedHeaders forwarded = new(headers);
        foreach ((string name, StringValues values) in headers.OrderBy(static header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            if (forwarded.Contain(name)
                && !IsOfTheMessage(name)
                && !SayNothingOfTheCaller.Contains(name)
                && !Array.Exists(PrefixesThatSayNothingOfTheCaller, prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                && !(name.Equals(HeaderNames.Host, StringComparison.OrdinalIgnoreCase) && IsAddress(values)))
            {
                parts.Add(name.ToUpperInvariant());
                parts.AddRange(values.Select(static value => "=" + value));
            }
        }

        return parts;
    }

    private static bool IsOfTheMessage(string name) => NotCopied.Contains(name) || name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase);

    private static bool IsAddress(StringValues host)
    {
        string name = new HostString(host.ToString()).Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(name, out _);
    }
}
