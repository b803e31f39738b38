using System.Globalization;
using System.Net;
using EsRefine.Configuration;

namespace EsRefine.Http;

/// <summary>
/// The address that sniffing clients are told, so that they stay with us: they ask the cluster for its nodes and from then on speak to the addresses found
/// there (setting <c>listen.publish</c>).
/// </summary>
internal sealed class PublishedAddress(ListenSettings settings)
{
    /// <summary>What a request asks for that would lead its client away; none where it may go.</summary>
    public SniffRequest Asked(HttpRequest request, RawTarget target) =>
        settings.Publish == ListenSettings.PublishNone ? SniffRequest.None : SniffRequests.Recognize(request.Method, target.Path);

    /// <summary>
    /// The configured address, or <c>host:port</c> as this client reached us: what it wrote into <c>Host</c>, else where its connection ended.
    /// </summary>
    public string For(HttpContext context)
    {
        if (settings.Publish != ListenSettings.PublishAuto)
        {
            return settings.Publish;
        }

        HttpRequest request = context.Request;
        if (request.Host is { HasValue: true } host)
        {
            // Behind a TLS terminator the scheme is the terminator's, and the port that goes without saying with it.
            int usual = request.Headers["X-Forwarded-Proto"].ToString().Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? 443 : 80;
            return host.Port is null ? string.Create(CultureInfo.InvariantCulture, $"{host.Value}:{usual}") : host.Value;
        }

        return new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort).ToString();
    }
}
