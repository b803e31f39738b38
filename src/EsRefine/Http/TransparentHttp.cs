using System.Text;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>
/// Both ends of the data listener, set so that they add, change and limit nothing of their own. What the cluster allows is the cluster's to say: ours are
/// only the limits without which one message could fill the memory.
/// </summary>
internal static class TransparentHttp
{
    /// <summary>Longest request line and longest header section taken from a client, in bytes. Elasticsearch's own defaults are 4 KiB and 16 KiB.</summary>
    private const int MaxHeadBytes = 1024 * 1024;

    /// <summary>Most header lines taken from a client: every line needs at least four of the bytes above, so this is never the limit that is met.</summary>
    private const int MaxHeaderLines = MaxHeadBytes / 4;

    /// <summary>Longest header section taken from the cluster, in KiB: <c>Warning</c> headers are unlimited there by default.</summary>
    private const int MaxReplyHeadKibibytes = 8 * 1024;

    /// <summary>Kestrel's own switch, read when its options are: a line ends with CR LF, and a bare LF is refused with 400.</summary>
    private const string RefuseBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    /// <summary>The client's side. These are options of the whole Kestrel server, so listeners with other wishes need a server of their own.</summary>
    public static void ConfigureKestrel(KestrelServerOptions options)
    {
        AppContext.SetSwitch(RefuseBareLineFeeds, isEnabled: true);
        options.AddServerHeader = false;
        options.ConfigureEndpointDefaults(static listen => listen.Use(HalfClosed.Tolerate));
        // An absolute-form target decides over a Host header that says otherwise (RFC 9112, 3.2.2): not a reason to refuse.
        options.AllowHostHeaderOverride = true;
        // Every byte has a Latin-1 character, so header values survive whatever their encoding was.
        options.RequestHeaderEncodingSelector = static name => name == HeaderNames.ContentLength ? UnsignedLength.Instance : Encoding.Latin1;
        options.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;

        KestrelServerLimits limits = options.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxRequestLineSize = MaxHeadBytes;
        limits.MaxRequestHeadersTotalSize = MaxHeadBytes;
        limits.MaxRequestHeaderCount = MaxHeaderLines;
        // The cluster never closes an idle connection; a client's pool that counts on that must not meet a closed one here.
        // Not the infinite time span: Kestrel adds it to a timestamp, which overflows, and then closes idle connections within a second.
        limits.KeepAliveTimeout = TimeSpan.FromDays(365);
    }

    /// <summary>The cluster's side. No timeout for a reply: how long to wait is the client's decision, and its leaving cancels the request.</summary>
    /// <param name="hasAlternative">Another node can take a request: connecting has a timeout.</param>
    public static SocketsHttpHandler CreateHandler(bool hasAlternative) => new()
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        MaxConnectionsPerServer = int.MaxValue,
        ConnectCallback = (connection, cancellationToken) => UpstreamSocket.ConnectAsync(connection.DnsEndPoint, hasAlternative, cancellationToken),
        PlaintextStreamFilter = static (connection, _) => ValueTask.FromResult<Stream>(new UpstreamConnection(connection.PlaintextStream)),
#pragma warning disable CA2262 // It asks whether kibibytes are meant. They are.
        MaxResponseHeadersLength = MaxReplyHeadKibibytes,
#pragma warning restore CA2262
        // So that a node that moved is found again by its name.
        PooledConnectionLifetime = TimeSpan.FromMinutes(15),
        RequestHeaderEncodingSelector = static (_, request) =>
        {
            UndeclaredLength.LastLook(request);
            return RepeatedHeader.Latin1Lines;
        },
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
    };
}
