using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Net.Http.Headers;

namespace EsRefine.Http;

/// <summary>
/// The client's end of the data listener. It adds and changes nothing of its own, and limits only what could fill the memory: the size of heads, and the time
/// that they take. The cluster's end is <see cref="Upstream.ClusterHandler"/>.
/// </summary>
internal static class TransparentHttp
{
    /// <summary>Longest request line and longest header section taken from a client, in bytes. Elasticsearch's own defaults are 4 KiB and 16 KiB.</summary>
    public const int MaxHeadBytes = 1024 * 1024;

    /// <summary>Bytes of a body that are read from a socket before they are needed, at most.</summary>
    public const int SocketBufferBytes = 128 * 1024;

    /// <summary>
    /// Most header lines taken from a client: more than fit into the engines' default of 16 KiB. Lines with one name cost the square of their number.
    /// </summary>
    private const int MaxHeaderLines = 8 * 1024;

    /// <summary>Kestrel's own switch, read when its options are: a line ends with CR LF, and a bare LF is refused with 400.</summary>
    private const string RefuseBareLineFeeds = "Microsoft.AspNetCore.Server.Kestrel.DisableHttp1LineFeedTerminators";

    /// <summary>These are options of the whole Kestrel server, so listeners with other wishes need a server of their own.</summary>
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
        limits.KeepAliveTimeout = Timeouts.IdleClientLifetime;
        limits.RequestHeadersTimeout = Timeouts.HeadTimeout;
        // Otherwise an idle connection keeps the header values of its last request.
        options.DisableStringReuse = true;

        // gRPC alone. What its messages hold beyond these windows is counted by the memory budget.
        limits.Http2.InitialConnectionWindowSize = SocketBufferBytes;
        limits.Http2.InitialStreamWindowSize = SocketBufferBytes;
        limits.Http2.HeaderTableSize = 0;   // with a table, a few bytes of a head could stand for a megabyte
    }
}
