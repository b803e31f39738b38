using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>Hop-by-hop headers, which apply to one connection and are not forwarded (RFC 9110, 7.6.1).</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers that are always forwarded, even if <c>Connection</c> nominates them: without them the message would have another meaning.</summary>
    private static readonly FrozenSet<string> NeverNominated = new[]
    {
        HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.ContentEncoding, HeaderNames.Authorization, HeaderNames.Cookie,
        "es-security-runas-user", "es-secondary-authorization", "ES-Client-Authentication", "opendistro_security_impersonate_as", "securitytenant",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>Headers that <c>Connection</c> nominates as hop-by-hop, besides those that always are. Null if there are none, the usual case.</summary>
    public static HashSet<string>? Nominated(StringValues connection)
    {
        HashSet<string>? nominated = null;
        foreach (string? value in connection)
        {
            foreach (Range range in value.AsSpan().Split(','))
            {
                string name = value.AsSpan(range).Trim().ToString();
                if (name.Length > 0 && !name.Equals("close", StringComparison.OrdinalIgnoreCase) && !Names.Contains(name) && !NeverNominated.Contains(name))
                {
                    (nominated ??= new(StringComparer.OrdinalIgnoreCase)).Add(name);
                }
            }
        }

        return nominated;
    }
}
