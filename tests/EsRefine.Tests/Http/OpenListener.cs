using System.Diagnostics.Metrics;
using System.Net.Sockets;
using System.Text;
using EsRefine.Configuration;
using EsRefine.Endpoints;
using EsRefine.Http;
using EsRefine.Pipeline;
using EsRefine.Telemetry;
using EsRefine.TestSupport;
using EsRefine.Upstream;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Xunit;

namespace EsRefine.Tests.Http;

/// <summary>The data listener alone, open on a free port in front of given nodes.</summary>
internal sealed class OpenListener : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OpenListener(WebApplication app) => _app = app;

    public Uri Url => new(_app.Urls.Single() + "/");

    /// <summary>The meter factory of this listener only.</summary>
    public IMeterFactory Meters => _app.Services.GetRequiredService<IMeterFactory>();

    /// <summary>Errors logged so far, including the server's.</summary>
    public IEnumerable<string> Errors =>
        _app.Services.GetFakeLogCollector().GetSnapshot().Where(static record => record.Level >= LogLevel.Error).Select(static record => record.Message);

    /// <summary>Opens a listener that refines nothing.</summary>
    public static Task<OpenListener> OpenAsync(params Uri[] nodes) => OpenAsync(PassAll, maxSearchBodyBytes: 64 * 1024, nodes);

    /// <summary>Opens a listener with the test's own pipeline.</summary>
    public static Task<OpenListener> OpenAsync(
        Func<SearchRequest, CancellationToken, ValueTask<PreparedSearch>> prepare, int maxSearchBodyBytes, params Uri[] nodes) =>
        OpenAsync(prepare, maxSearchBodyBytes, nodes, new ListenSettings());

    /// <summary>Opens a listener with the test's own pipeline and sniffing settings.</summary>
    public static async Task<OpenListener> OpenAsync(
        Func<SearchRequest, CancellationToken, ValueTask<PreparedSearch>> prepare, int maxSearchBodyBytes, Uri[] nodes, ListenSettings listen)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddFakeLogging();
        builder.WebHost.ConfigureKestrel(TransparentHttp.ConfigureKestrel);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        UpstreamSettings settings = new() { Urls = nodes };
        builder.Services
            .Configure<HostOptions>(static options => options.ShutdownTimeout = TimeSpan.Zero)
            .AddHttpForwarder()
            .AddSingleton(settings)
            .AddSingleton<UpstreamClient>()
            .AddSingleton(new PublishedAddress(listen))
            .AddSingleton<TransparentProxy>()
            .AddSingleton<EsRefineMeter>()
            .AddSingleton(services => ActivatorUtilities.CreateInstance<DataListener>(
                services,
                (SearchEndpointKind _, SearchRequest search, CancellationToken cancellationToken) => prepare(search, cancellationToken),
                maxSearchBodyBytes));
        WebApplication app = builder.Build();
        app.Run(app.Services.GetRequiredService<DataListener>().AnswerAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app);
    }

    public static ValueTask<PreparedSearch> PassAll(SearchRequest search, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PreparedSearch.Original(search, new(RefinementOutcome.NoKnnClause)));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>A client on a plain TCP socket.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly TcpClient _client = new();

    public Stream Stream { get; private set; } = Stream.Null;

    /// <summary>Half-closes the connection: nothing more is sent, but replies can still be read.</summary>
    public void HalfClose() => _client.Client.Shutdown(SocketShutdown.Send);

    public static async Task<RawClient> ConnectAsync(Uri url)
    {
        RawClient client = new();
        await client._client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        client.Stream = client._client.GetStream();
        return client;
    }

    /// <summary>Sends one request on a new connection and reads its reply.</summary>
    public static async Task<HttpBytes> AskAsync(Uri url, byte[] request)
    {
        using RawClient client = await ConnectAsync(url);
        Task sending = client.Stream.WriteAsync(request, TestContext.Current.CancellationToken).AsTask();
        HttpBytes reply = await client.ReadReplyAsync(hasBody: !Encoding.ASCII.GetString(request, 0, 5).Equals("HEAD ", StringComparison.Ordinal));
        await sending;
        return reply;
    }

    public static Task<HttpBytes> AskAsync(Uri url, string request) => AskAsync(url, Encoding.Latin1.GetBytes(request));

    public Task SendAsync(string text) => Stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken).AsTask();

    /// <summary>The next final reply; interim replies are skipped.</summary>
    public async Task<HttpBytes> ReadReplyAsync(bool hasBody = true)
    {
        while (true)
        {
            HttpBytes? reply = await HttpBytes.ReadAsync(Stream, hasBody, cancellationToken: TestContext.Current.CancellationToken);
            if (reply is null)
            {
                throw new EndOfStreamException("the connection ended before a reply");
            }

            if (!reply.StartLine.StartsWith("HTTP/1.1 1", StringComparison.Ordinal))
            {
                return reply;
            }
        }
    }

    public void Dispose() => _client.Dispose();
}
