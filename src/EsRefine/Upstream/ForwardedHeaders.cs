using System.Collections.Frozen;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Upstream;

/// <summary>
/// Which headers of a client's request reach the cluster: all but those of the client's connection (RFC 9110, 7.6.1) and our own. The forwarder and our own
/// requests ask here, so that the cluster sees one caller in both.
/// </summary>
internal readonly struct ForwardedHeaders
{
    private static readonly FrozenSet<string> HopByHop = new[]
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, HeaderNames.ProxyConnection, HeaderNames.TE, HeaderNames.TransferEncoding, HeaderNames.Upgrade,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Headers without which the message would be another one, whatever <c>Connection</c> says of them.</summary>
    private static readonly FrozenSet<string> NeverNominated = new[]
    {
        HeaderNames.Host, HeaderNames.ContentLength, HeaderNames.ContentType, HeaderNames.ContentEncoding, HeaderNames.Authorization, HeaderNames.Cookie,
        HeaderNames.ProxyAuthorization,
        "es-security-runas-user", "es-secondary-authorization", "ES-Client-Authentication", "opendistro_security_impersonate_as", "securitytenant",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    private readonly HashSet<string>? _nominated;

    /// <param name="headers">What the client sent.</param>
    public ForwardedHeaders(IHeaderDictionary headers) => _nominated = Nominated(headers.Connection);

    /// <summary>Whether a header of these reaches the cluster. <c>Host</c>: over plain HTTP, see <see cref="KeepsHost"/>.</summary>
    public bool Contain(string name) =>
        !HopByHop.Contains(name)
        && _nominated?.Contains(name) is not true
        && !name.StartsWith("EsRefine-", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith(':');

    /// <summary>
    /// Whether a request to this node keeps the client's <c>Host</c>, which a proxy may route by and a signature (AWS SigV4) may cover. Over TLS it becomes the
    /// node's: hosted clusters are found by it, the certificate is checked against it, and a client that signs has to sign that name anyway. An empty one
    /// becomes the node's, too: <see cref="HttpClient"/> would write both.
    /// </summary>
    public static bool KeepsHost(Uri node, StringValues host) => node.Scheme != Uri.UriSchemeHttps && !StringValues.IsNullOrEmpty(host);

    /// <summary>Names that a <c>Connection</c> header nominates beyond those that are always hop-by-hop; mostly none.</summary>
    public static HashSet<string>? Nominated(StringValues connection)
    {
        HashSet<string>? nominated = null;
        foreach (string? value in connection)
        {
            foreach (Range range in value.AsSpan().Split(','))
            {
                string name = value.AsSpan(range).Trim().ToString();
                if (name.Length > 0 && !name.Equals("close", StringComparison.OrdinalIgnoreCase) && !HopByHop.Contains(name) && !NeverNominated.Contains(name))
                {
                    (nominated ??= new(StringComparer.OrdinalIgnoreCase)).Add(name);
                }
            }
        }

        return nominated;
    }
}
