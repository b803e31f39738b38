using System.Collections.Frozen;
using EsRefine.Caching;
using Microsoft.Extensions.Primitives;

namespace EsRefine.Upstream;

/// <summary>
/// The caller's identity on our own requests: an extra request carries every header of theirs but those that describe the original message or its connection,
/// so that whatever scheme a deployment uses (<c>Authorization</c>, run-as, tenant and proxy-authentication headers), the cluster sees the same caller.
/// </summary>
internal static class CallerHeaders
{
    /// <summary>Marks our requests in the cluster's task list, slow and audit logs.</summary>
    public const string OpaqueIdSuffix = "esrefine";

    private static readonly FrozenSet<string> NotCopied = FrozenSet.ToFrozenSet(
        [
            "Host", "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authorization", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Expect", "Range", "Date",
            "Accept", "Accept-Encoding", "Accept-Charset", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "X-Opaque-Id",
            "X-Elastic-Client-Meta",   // telemetry of the client's own calls
            "X-HTTP-Method-Override",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that decide what a caller may see: what was learnt for one set of values is never served to another.</summary>
    private static readonly string[] Identity =
    [
        "Authorization", "Cookie", "X-Api-Key", "es-security-runas-user", "es-secondary-authorization", "ES-Client-Authentication",
        "opendistro_security_impersonate_as", "securitytenant", "X-Proxy-User", "X-Proxy-Roles", "X-Forwarded-For", "X-Forwarded-User",
    ];

    /// <summary>Whether a request of ours can carry the caller's identity at all.</summary>
    /// <param name="headers">What the client sent.</param>
    /// <returns>Null, or the reason why not.</returns>
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

            if (authorization.StartsWith("Negotiate", StringComparison.OrdinalIgnoreCase) || authorization.StartsWith("Digest", StringComparison.OrdinalIgnoreCase))
            {
                return "the credentials are bound to this one request (Negotiate or Digest) and cannot be used for a sample";
            }
        }

        return null;
    }

    /// <summary>Copies the caller's headers onto a request of ours.</summary>
    public static void CopyTo(HttpRequestMessage request, IHeaderDictionary headers)
    {
        foreach ((string name, StringValues values) in headers)
        {
            if (!IsCopied(name, headers))
            {
                continue;
            }

            request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        request.Headers.TryAddWithoutValidation(
            "X-Opaque-Id", headers.TryGetValue("X-Opaque-Id", out StringValues opaqueId) && opaqueId.Count == 1 ? opaqueId + "/" + OpaqueIdSuffix : OpaqueIdSuffix);
    }

    /// <summary>A fingerprint of the caller's identity, safe to keep: a keyed hash, not the credentials.</summary>
    public static string Scope(IHeaderDictionary headers)
    {
        List<string> parts = [];
        foreach (string name in Identity)
        {
            parts.Add(name);
            parts.AddRange(headers[name].Select(static value => "=" + value));
        }

        return CacheKey.Of("caller", [.. parts]);
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
            // A header named by Connection belongs to the client's connection to us.
            if (nominated is not null && nominated.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
