using System.Globalization;
using System.Net;
using EsRefine.Configuration;

namespace EsRefine.Http;

/// <summary>
/// The address that sniffing clients receive (setting <c>listen.publish</c>). Such clients ask the cluster for its nodes and then connect to the addresses in
/// the reply; with this address they stay connected to EsRefine.
/// </summary>
internal sealed class PublishedAddress(ListenSettings settings)
{
    /// <summary>The kind of sniff request whose reply has to be changed; <see cref="SniffRequest.None"/> for every other request.</summary>
    public SniffRequest Asked(HttpRequest request, RawTarget target) =>
        settings.Publish == ListenSettings.PublishNone ? SniffRequest.None : SniffRequests.Recognize(request.Method, target.Path);

    /// <summary>
    /// The configured address, or the <c>host:port</c> by which this client reached EsRefine: its <c>Host</c> header, else the connection's local endpoint.
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
            // Behind a TLS terminator, the default port is that of the scheme the client used.
            int usual = request.Headers["X-Forwarded-Proto"].ToString().Equals(Uri.UriSchemeHttps, StringComparison.OrdinalIgnoreCase) ? 443 : 80;
            return host.Port is null ? string.Create(CultureInfo.InvariantCulture, $"{host.Value}:{usual}") : host.Value;
        }

        return new IPEndPoint(context.Connection.LocalIpAddress!, context.Connection.LocalPort).ToString();
    }
}
