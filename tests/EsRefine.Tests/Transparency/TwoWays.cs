using System.Globalization;
using System.Text;
using EsRefine.Configuration;
using EsRefine.Hosting;
using EsRefine.Judging;
using EsRefine.Settings;
using EsRefine.Tests.Http;
using EsRefine.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests.Transparency;

/// <summary>
/// A recording cluster and the whole sidecar in front of it. Sends a request to both, on connections that stay open from one request to the next as a
/// client's do, and tells what differs.
/// </summary>
internal sealed class TwoWays : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RecordingUpstream _upstream;
    private readonly Sidecar _sidecar;
    private readonly NextReply _reply;
    private readonly Way _direct;
    private readonly Way _through;

    private TwoWays(RecordingUpstream upstream, Sidecar sidecar, NextReply reply)
    {
        _upstream = upstream;
        _sidecar = sidecar;
        _reply = reply;
        _direct = new Way(upstream.Url);
        _through = new Way(sidecar.DataUrl);
    }

    /// <summary>Starts both. The judge would refine whatever it is asked about.</summary>
    public static async Task<TwoWays> StartAsync(RefinementMode mode, Func<ListenSettings, ListenSettings>? listen = null)
    {
        NextReply reply = new();
        RecordingUpstream upstream = RecordingUpstream.Start(async (request, connection) =>
        {
            await connection.SendAsync(reply.Bytes);
            if (reply.Closes)
            {
                connection.Close();
            }
        });
        ListenSettings listeners = new() { Data = "127.0.0.1:0", Grpc = "127.0.0.1:0", Admin = "127.0.0.1:0" };
        EsRefineSettings settings = new()
        {
            Upstream = new UpstreamSettings { Urls = [upstream.Url] },
            Listen = listen?.Invoke(listeners) ?? listeners,
            Mode = mode,
            DeadlineMs = 30_000,
        };
        Sidecar sidecar = await Sidecar.StartAsync(
            settings, CancellationToken.None, static services => services.AddSingleton<IRelevanceJudge>(ScriptedJudge.LikesEven));
        return new(upstream, sidecar, reply);
    }

    /// <summary>Sends a shape both ways.</summary>
    /// <returns>What differs; null: nothing but what <see cref="Wire"/> lets pass.</returns>
    public async Task<string?> CompareAsync(Shape shape)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (_upstream.TryNextRequest(out _))
        {
            // Left behind by a row that failed.
        }

        (_reply.Bytes, _reply.Closes) = (shape.Reply, shape.ClosesAfterReply);
        HttpBytes directReply = await _direct.AskAsync(shape, patience.Token);
        HttpBytes directRequest = await _upstream.NextRequestAsync(patience.Token);
        HttpBytes throughReply = await _through.AskAsync(shape, patience.Token);
        HttpBytes? throughRequest = null;
        int extra = 0;
        while (_upstream.TryNextRequest(out HttpBytes? arrived))
        {
            // What the path asks on its own behalf is not the client's request.
            if (arrived!.Header("X-Opaque-Id")?.EndsWith("esrefine", StringComparison.Ordinal) is not true)
            {
                extra += throughRequest is null ? 0 : 1;
                throughRequest ??= arrived;
            }
        }

        StringBuilder differences = new();
        if (throughRequest is null)
        {
            return $"nothing arrived; the sidecar answered {throughReply.StartLine}: {Shortened(throughReply.Text)}";
        }

        Compare("request", Wire.OfRequest(directRequest), Wire.OfRequest(throughRequest));
        Compare("reply", Wire.OfReply(directReply), Wire.OfReply(throughReply, withOurs: directReply.Header("EsRefine") is not null));
        CompareContent("request", directRequest, throughRequest);
        CompareContent("reply", directReply, throughReply);
        if (extra > 0)
        {
            differences.Append(CultureInfo.InvariantCulture, $"one request became {extra + 1}\n");
        }

        return differences.Length == 0 ? null : differences.ToString();

        void Compare(string what, string direct, string through)
        {
            if (direct != through)
            {
                differences.Append(CultureInfo.InvariantCulture, $"{what} directly:\n{Shortened(direct)}\n{what} through the sidecar:\n{Shortened(through)}\n");
            }
        }

        void CompareContent(string what, HttpBytes direct, HttpBytes through)
        {
            (byte[] sent, byte[] arrived) = (ContentOf(direct), ContentOf(through));
            if (!sent.AsSpan().SequenceEqual(arrived))
            {
                int at = sent.AsSpan().CommonPrefixLength(arrived);
                differences.Append(CultureInfo.InvariantCulture, $"{what} content differs from byte {at} on ({sent.Length} and {arrived.Length} bytes)\n");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _direct.Dispose();
        _through.Dispose();
        await _sidecar.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    /// <summary>The reply to a HEAD may say that it is chunked and has no chunk.</summary>
    private static byte[] ContentOf(HttpBytes message) => message.Body.Length == 0 ? [] : message.Content;

    private static string Shortened(string text) => text.Length <= 2000 ? text : $"{text[..2000]}… ({text.Length} characters)";

    /// <summary>A connection that is kept as long as both sides keep it.</summary>
    private sealed class Way(Uri url) : IDisposable
    {
        private RawClient? _client;

        public async Task<HttpBytes> AskAsync(Shape shape, CancellationToken cancellationToken)
        {
            _client ??= await RawClient.ConnectAsync(url);
            Task sending = _client.Stream.WriteAsync(shape.Request, cancellationToken).AsTask();
            HttpBytes reply;
            try
            {
                reply = await _client.ReadReplyAsync(hasBody: !shape.IsHead).WaitAsync(cancellationToken);
                await sending;
            }
            catch
            {
                Dispose();
                throw;
            }

            if (shape.ClosesAfterReply || shape.ClosesAfterRequest || reply.Header("Connection")?.Equals("close", StringComparison.OrdinalIgnoreCase) is true)
            {
                Dispose();
            }

            return reply;
        }

        public void Dispose()
        {
            _client?.Dispose();
            _client = null;
        }
    }

    /// <summary>What the cluster answers next.</summary>
    private sealed class NextReply
    {
        public byte[] Bytes { get; set; } = [];

        public bool Closes { get; set; }
    }
}
