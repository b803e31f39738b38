using System.IO.Compression;
using System.Text;
using EsRefine.Http;
using EsRefine.Pipeline;
using EsRefine.Telemetry;
using EsRefine.TestSupport;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Xunit;

namespace EsRefine.Tests.Http;

public sealed class DataListenerTests
{
    private const int Megabyte = 1024 * 1024;
    private const int Limit = 1000;
    private const string Ok = "HTTP/1.1 200 OK\r\nServer-Timing: es;dur=1\r\ncontent-length: 2\r\n\r\n{}";
    private const string Original = """{"knn":{"field":"v","query_vector":[1.0,2.0]}}""";
    private const string Rewritten = """{"knn":{"field":"v","query_vector":[0.25,0.75]}}""";

    private static readonly RefinementSummary Refined = new(RefinementOutcome.Refined)
    {
        Judged = 18,
        Sampled = 20,
        Angle = 0.21f,
        Rule = "rocchio@0.3",
        Timings = new(default, TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(100), default),
    };

    public enum Framing
    {
        Length,
        Chunked,
        Gzip,
        GzipChunked,
    }

    [Theory]
    [InlineData("POST", Framing.Length)]
    [InlineData("POST", Framing.Chunked)]
    [InlineData("POST", Framing.Gzip)]
    [InlineData("POST", Framing.GzipChunked)]
    [InlineData("GET", Framing.Length)]
    [InlineData("GET", Framing.Chunked)]
    [InlineData("GET", Framing.Gzip)]
    [InlineData("GET", Framing.GzipChunked)]
    public async Task Rewritten_search_arrives_as_rewritten(string method, Framing framing)
    {
        Conversation conversation = await ConverseAsync(Request(method, "/a%2Cb/_search?routing=x", Original, framing), Rewrite);

        Assert.Equal($"{method} /a%2Cb/_search?routing=x HTTP/1.1", conversation.Arrived.StartLine);
        Assert.Equal(Rewritten, conversation.Arrived.Text);
        Assert.Equal($"{Rewritten.Length}", conversation.Arrived.Header("Content-Length"));
        Assert.Null(conversation.Arrived.Header("Transfer-Encoding"));
        Assert.Null(conversation.Arrived.Header("Content-Encoding"));
        Assert.Equal("application/json", conversation.Arrived.Header("Content-Type"));
        Assert.Equal("Basic eA==", conversation.Arrived.Header("Authorization"));
        Assert.Equal("refined;judged=18;sample=20;angle=0.21;rule=\"rocchio@0.3\"", conversation.Reply.Header("EsRefine"));
        Assert.Equal("es;dur=1, sample;dur=3, judge;dur=100", conversation.Reply.Header("Server-Timing"));
        Assert.Equal("{}", conversation.Reply.Text);
    }

    [Theory]
    [InlineData("POST", Framing.Length)]
    [InlineData("POST", Framing.Chunked)]
    [InlineData("POST", Framing.Gzip)]
    [InlineData("POST", Framing.GzipChunked)]
    [InlineData("GET", Framing.Length)]
    [InlineData("GET", Framing.Chunked)]
    [InlineData("GET", Framing.Gzip)]
    [InlineData("GET", Framing.GzipChunked)]
    public async Task Search_that_is_not_rewritten_arrives_as_sent(string method, Framing framing)
    {
        byte[] request = Request(method, "/index/_search", Original, framing);
        Conversation conversation = await ConverseAsync(request, Keep(RefinementOutcome.NoQueryText));

        Assert.True(Content(request).AsSpan().SequenceEqual(conversation.Arrived.Content));
        Assert.Equal(framing is Framing.Gzip or Framing.GzipChunked ? "gzip" : null, conversation.Arrived.Header("Content-Encoding"));
        Assert.Equal(framing is Framing.Chunked or Framing.GzipChunked, conversation.Arrived.IsChunked);
        Assert.Equal("no-query-text", conversation.Reply.Header("EsRefine"));
        Assert.Equal("es;dur=1", conversation.Reply.Header("Server-Timing"));
    }

    [Fact]
    public async Task Pipeline_sees_the_whole_search()
    {
        byte[] request = Request(
            "POST", "/%3Clogs-%7Bnow%2Fd%7D%3E,b/_search?routing=x&size=3", Original, Framing.Gzip, "EsRefine-Query: verlorene%20B%C3%BCcher\r\nesrefine-mode: shadow\r\n");
        Conversation conversation = await ConverseAsync(request, Keep(RefinementOutcome.Shadowed));

        SearchRequest search = Assert.Single(conversation.Searches);
        Assert.Equal("%3Clogs-%7Bnow%2Fd%7D%3E,b", search.Index);
        Assert.Equal("?routing=x&size=3", search.QueryString);
        Assert.Equal(Original, Encoding.UTF8.GetString(search.Body.Span));
        Assert.Equal("verlorene Bücher", search.QueryText);
        Assert.Equal(RefinementMode.Shadow, search.Mode);
    }

    [Theory]
    [InlineData("POST", "/index/_search")]
    [InlineData("POST", "/_bulk")]
    [InlineData("GET", "/_cat/indices")]
    public async Task EsRefine_headers_are_removed_from_every_request(string method, string target)
    {
        Conversation conversation = await ConverseAsync(
            Request(method, target, Original, Framing.Length, "EsRefine-Query: x\r\nESREFINE-MODE: nonsense\r\nEsRefine-Future: y\r\nEsRefined: z\r\n"),
            Keep(RefinementOutcome.NoSignal));
        Assert.DoesNotContain(conversation.Arrived.Headers, header => header.Key.StartsWith("EsRefine-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("z", conversation.Arrived.Header("EsRefined"));
    }

    [Fact]
    public async Task Reply_to_a_search_without_a_kNN_clause_gets_no_header()
    {
        Conversation conversation = await ConverseAsync(Request("POST", "/index/_search", "{}", Framing.Length), Keep(RefinementOutcome.NoKnnClause));
        Assert.Single(conversation.Searches);
        Assert.Null(conversation.Reply.Header("EsRefine"));
        Assert.Equal("es;dur=1", conversation.Reply.Header("Server-Timing"));
    }

    [Theory]
    [InlineData("POST", "/_bulk", "application/json", "")]
    [InlineData("POST", "/_count", "application/json", "")]
    [InlineData("POST", "/index/_fleet/_fleet_search", "application/json", "")]
    [InlineData("POST", "/index/_fleet/_fleet_msearch", "application/x-ndjson", "")]
    [InlineData("POST", "/index/_mvt/place/1/2/3", "application/json", "")]
    [InlineData("POST", "/_msearch", "application/smile", "")]
    [InlineData("POST", "/_msearch", "application/vnd.elasticsearch+smile; compatible-with=9", "")]
    [InlineData("POST", "/index/_search/template", "application/x-ndjson", "")]
    [InlineData("POST", "/_async_search/abc", "application/json", "")]
    [InlineData("PUT", "/index/_search", "application/json", "")]
    [InlineData("POST", "/index/_search/scroll", "application/json", "")]
    [InlineData("POST", "/a/../index/_search", "application/json", "")]
    [InlineData("POST", "/index%2F_search", "application/json", "")]
    [InlineData("POST", "/index/_search", "application/cbor", "")]
    [InlineData("POST", "/index/_search", "application/yaml", "")]
    [InlineData("POST", "/index/_search", "application/x-ndjson", "")]
    [InlineData("POST", "/index/_search", "text/plain", "")]
    [InlineData("POST", "/index/_search", null, "")]
    [InlineData("POST", "/index/_search", "application/json", "Content-Type: application/json\r\n")]
    [InlineData("POST", "/index/_search", "application/json", "Content-Encoding: deflate\r\n")]
    [InlineData("POST", "/index/_search", "application/json", "Content-Encoding: gzip, gzip\r\n")]
    [InlineData("POST", "/index/_search", "application/json", "Content-Encoding: gzip\r\n")]
    [InlineData("POST", "/index/_search", "application/json", "Content-MD5: x\r\n")]
    [InlineData("POST", "/index/_search", "application/json", "Content-Digest: sha-256=:x:\r\n")]
    public async Task Request_that_cannot_be_refined_does_not_enter_the_pipeline(string method, string target, string? contentType, string headers)
    {
        string type = contentType is null ? "" : $"Content-Type: {contentType}\r\n";
        Conversation conversation = await ConverseAsync(
            Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: a\r\n{type}{headers}Content-Length: {Original.Length}\r\n\r\n{Original}"), Rewrite);
        Assert.Empty(conversation.Searches);
        Assert.Equal(Original, conversation.Arrived.Text);
        Assert.Null(conversation.Reply.Header("EsRefine"));
    }

    [Theory]
    [InlineData("POST", "/a,b/_msearch", "application/x-ndjson", "a,b")]
    [InlineData("GET", "/_msearch", "application/json", "")]
    [InlineData("POST", "/_msearch/template", "application/vnd.elasticsearch+x-ndjson; compatible-with=9", "")]
    [InlineData("POST", "/a/_search/template", "application/json", "a")]
    [InlineData("POST", "/a/_async_search?wait_for_completion_timeout=1s", "application/json", "a")]
    [InlineData("POST", "/_plugins/_asynchronous_search?index=a%2Cb&keep_alive=1d", "application/json", "a,b")]
    [InlineData("POST", "/_plugins/_asynchronous_search?index=b&index=%3Clogs-%7Bnow/d%7D%3E", "application/json", "%3Clogs-%7Bnow%2Fd%7D%3E")]
    [InlineData("POST", "/a/_knn_search", "application/vnd.elasticsearch+json; compatible-with=8", "a")]
    [InlineData("POST", "/a/_search?index=b", "application/json", "a")]
    [InlineData("POST", "/_search?index=b*", "application/json", "b*")]
    [InlineData("POST", "//_search?index=b*", "application/json", "_all")]
    [InlineData("POST", "/a/_search/", "application/json", "a")]
    [InlineData("POST", "/_msearch//?pretty", "application/x-ndjson", "")]
    public async Task Every_search_endpoint_enters_the_pipeline_with_its_indices(string method, string target, string contentType, string index)
    {
        Conversation conversation = await ConverseAsync(
            Encoding.Latin1.GetBytes(
                $"{method} {target} HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\nContent-Length: {Original.Length}\r\n\r\n{Original}"), Rewrite);
        Assert.Equal(index, Assert.Single(conversation.Searches).Index);
        Assert.Equal($"{method} {target} HTTP/1.1", conversation.Arrived.StartLine);
        Assert.Equal(Rewritten, conversation.Arrived.Text);
    }

    [Theory]
    [InlineData("_cluster/settings")]
    [InlineData("_scripts")]
    [InlineData("..")]
    [InlineData("%2E")]
    public async Task Indices_that_would_lead_to_another_endpoint_do_not_enter_the_pipeline(string index)
    {
        Conversation conversation = await ConverseAsync(Request("POST", "/_plugins/_asynchronous_search?index=" + index, Original, Framing.Length), Rewrite);
        Assert.Empty(conversation.Searches);
        Assert.Equal(Original, conversation.Arrived.Text);
    }

    [Theory]
    [InlineData("/_msearch", DataListener.SearchesPerBody * Limit, true)]
    [InlineData("/_msearch", (DataListener.SearchesPerBody * Limit) + 1, false)]
    [InlineData("/_search/template", Limit + 1, false)]
    public async Task Body_of_many_searches_may_be_larger_than_one(string target, int length, bool isOffered)
    {
        Conversation conversation = await ConverseAsync(
            Request("POST", target, new string(' ', length), Framing.GzipChunked), Keep(RefinementOutcome.NoSignal));
        Assert.Equal(isOffered, conversation.Searches.Count == 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(20)]
    public async Task Compressed_body_with_trailing_bytes_is_forwarded_unchanged(int behind)
    {
        byte[] request = Request("POST", "/index/_search", Original, Framing.Gzip);
        string head = Encoding.Latin1.GetString(request.AsSpan(0, request.Length - Content(request).Length));
        byte[] content = [.. Content(request), .. new byte[behind]];
        string length = $"Content-Length: {Content(request).Length}";
        Assert.Contains(length, head, StringComparison.Ordinal);
        Conversation conversation = await ConverseAsync(
            [.. Encoding.Latin1.GetBytes(head.Replace(length, $"Content-Length: {content.Length}", StringComparison.Ordinal)), .. content], Rewrite);
        Assert.Equal(behind == 0, conversation.Searches.Count == 1);
        Assert.Equal(behind == 0 ? Encoding.UTF8.GetBytes(Rewritten) : content, conversation.Arrived.Content);
    }

    [Theory]
    [InlineData("GET", "", "[1]", "%5B0.5%2C-1%5D")]
    [InlineData("POST", "Content-Length: 0\r\n", "%5b+1%5D", "%5B0.5%2C-1%5D")]
    public async Task Search_in_the_URL_is_rewritten_there(string method, string header, string vector, string refined)
    {
        const string Parameters = "/i/_search?a=%20&source=%7B%22knn%22:{\"field\":%22%c3%A9%22,+\"query_vector\":$}}+&source_content_type=application%2Fjson&b";
        byte[] request = Encoding.Latin1.GetBytes($"{method} {Parameters.Replace("$", vector, StringComparison.Ordinal)} HTTP/1.1\r\nHost: a\r\n{header}\r\n");

        Conversation conversation = await ConverseAsync(request, static search =>
        {
            int start = search.Body.Span.IndexOf((byte)'[');
            BodySlice vector = new(search.Body, start, search.Body.Span.IndexOf((byte)']') + 1 - start);
            return new(search.Body, [new(vector, "[0.5,-1]"u8.ToArray())], Refined);
        });

        Assert.Equal(
            $$$"""{"knn":{"field":"é", "query_vector":{{{Uri.UnescapeDataString(vector).Replace('+', ' ')}}}}} """,
            Encoding.UTF8.GetString(Assert.Single(conversation.Searches).Body.Span));
        Assert.Equal($"{method} {Parameters.Replace("$", refined, StringComparison.Ordinal)} HTTP/1.1", conversation.Arrived.StartLine);
        Assert.Equal("", conversation.Arrived.Text);
        Assert.StartsWith("refined;", conversation.Reply.Header("EsRefine"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE", "source=%7B%7D&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D")]
    [InlineData("GET", "source=%7B%7D&source_content_type=application/yaml")]
    [InlineData("GET", "source=%7B%7D&source=%7B%7D&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D&source_content_type=application/json&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D&source_content_type=application/x-ndjson")]
    [InlineData("GET", "source=%7B%7D;source_content_type=application/json&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7g&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%+7&source_content_type=application/json")]
    [InlineData("GET", "sources=%7B%7D&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D&s%6Furce=%7B%7D&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D&source&source_content_type=application/json")]
    [InlineData("GET", "a#&source=%7B%7D&source_content_type=application/json")]
    [InlineData("GET", "source=%7B%7D&source_content_type=application/json", "Signature: sig1=:YQ==:\r\n")]
    public async Task Ambiguous_search_in_the_URL_is_forwarded_unchanged(string method, string parameters, string header = "")
    {
        Conversation conversation = await ConverseAsync(
            Encoding.Latin1.GetBytes($"{method} /i/_search?{parameters} HTTP/1.1\r\nHost: a\r\n{header}\r\n"), Rewrite);
        Assert.DoesNotContain(conversation.Searches, static search => search.Body.Length > 0);
        Assert.Equal($"{method} /i/_search?{parameters} HTTP/1.1", conversation.Arrived.StartLine);
        Assert.Equal("", conversation.Arrived.Text);
    }

    [Theory]
    [InlineData("application/json; charset=UTF-8")]
    [InlineData("Application/JSON")]
    [InlineData("application/vnd.elasticsearch+json; compatible-with=9")]
    [InlineData("application/vnd.elasticsearch+json;compatible-with=8")]
    public async Task Every_media_type_of_JSON_enters_the_pipeline(string contentType)
    {
        Conversation conversation = await ConverseAsync(
            Encoding.Latin1.GetBytes(
                $"POST /_search HTTP/1.1\r\nHost: a\r\nContent-Type: {contentType}\r\nContent-Length: {Original.Length}\r\n\r\n{Original}"), Rewrite);
        Assert.Equal("", Assert.Single(conversation.Searches).Index);
        Assert.Equal(contentType, conversation.Arrived.Header("Content-Type"));
    }

    [Theory]
    [InlineData("POST", Framing.Length)]
    [InlineData("POST", Framing.Chunked)]
    [InlineData("POST", Framing.Gzip)]
    [InlineData("POST", Framing.GzipChunked)]
    public async Task Body_larger_than_the_limit_is_forwarded_unread(string method, Framing framing)
    {
        byte[] request = Request(method, "/index/_search", new string(' ', Limit + 1), framing);
        Conversation conversation = await ConverseAsync(request, Rewrite);
        Assert.Empty(conversation.Searches);
        Assert.True(Content(request).AsSpan().SequenceEqual(conversation.Arrived.Content));
        Assert.Null(conversation.Reply.Header("EsRefine"));
        if (framing is Framing.Length or Framing.Chunked)
        {
            // For gzip, the limit applies to the compressed bytes first.
            Assert.Equal("body-too-large", Assert.Single(conversation.Recorded));
        }
    }

    [Theory]
    [InlineData("POST", Framing.Length)]
    [InlineData("POST", Framing.Chunked)]
    [InlineData("POST", Framing.Gzip)]
    [InlineData("POST", Framing.GzipChunked)]
    public async Task Body_of_exactly_the_limit_is_read(string method, Framing framing)
    {
        Conversation conversation = await ConverseAsync(Request(method, "/index/_search", new string(' ', Limit), framing), Rewrite);
        Assert.Equal(Limit, Assert.Single(conversation.Searches).Body.Length);
        Assert.Equal(Rewritten, conversation.Arrived.Text);
    }

    [Fact]
    public async Task Large_chunked_body_is_forwarded_whole_after_reading_stopped()
    {
        string body = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i},"));
        Conversation conversation = await ConverseAsync(Request("POST", "/index/_search", body, Framing.Chunked), Rewrite);
        Assert.Equal(body, conversation.Arrived.Text);
    }

    [Fact]
    public async Task Declared_length_alone_takes_no_memory()
    {
        System.IO.Pipelines.Pipe client = new();
        HttpRequest request = new DefaultHttpContext().Request;
        (request.Body, request.ContentLength) = (client.Reader.AsStream(), 16 * Megabyte);
        long before = GC.GetAllocatedBytesForCurrentThread();

        ValueTask<BufferedBody> reading = BufferedBody.ReadAsync(request, 16 * Megabyte, MemoryBudget.Of(null), TestContext.Current.CancellationToken);

        Assert.False(reading.IsCompleted);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Megabyte / 4);
        byte[] body = [.. Enumerable.Range(0, 16 * Megabyte).Select(static i => (byte)i)];
        await client.Writer.WriteAsync(body, TestContext.Current.CancellationToken);
        BufferedBody read = await reading;
        Assert.True(read.Json!.Value.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task Bodies_over_the_memory_budget_are_forwarded_unread_and_answered_ones_free_it()
    {
        MemoryBudget memory = new(160_000);
        byte[] body = [.. Enumerable.Range(0, 60_000).Select(static i => (byte)i)];
        DefaultHttpContext[] contexts = [With(body), With(body), With(body)];
        RegisteredForDispose first = new();
        contexts[0].Features.Set<Microsoft.AspNetCore.Http.Features.IHttpResponseFeature>(first);

        BufferedBody read = await ReadAsync(contexts[0]);
        BufferedBody unread = await ReadAsync(contexts[1]);
        first.End();
        BufferedBody readAgain = await ReadAsync(contexts[2]);

        Assert.Equal((true, false, true), (read.IsWhole, unread.IsWhole, readAgain.IsWhole));
        using MemoryStream carried = new();
        await contexts[1].Request.Body.CopyToAsync(carried, TestContext.Current.CancellationToken);
        Assert.Equal(body, carried.ToArray());

        ValueTask<BufferedBody> ReadAsync(HttpContext context) =>
            BufferedBody.ReadAsync(context.Request, Megabyte, memory, TestContext.Current.CancellationToken);

        static DefaultHttpContext With(byte[] body) => new() { Request = { Body = new MemoryStream(body), ContentLength = body.Length } };
    }

    [Fact]
    public async Task Body_that_takes_too_long_passes_unread_and_lets_go_of_its_memory()
    {
        MemoryBudget memory = new(2 * Megabyte);
        System.IO.Pipelines.Pipe client = new();
        HttpRequest request = new DefaultHttpContext().Request;
        (request.Body, request.ContentLength) = (client.Reader.AsStream(), 60_000);
        byte[] body = [.. Enumerable.Range(0, 60_000).Select(static i => (byte)i)];
        await client.Writer.WriteAsync(body.AsMemory(0, 50_000), TestContext.Current.CancellationToken);

        BufferedBody read = await BufferedBody.ReadAsync(
            request, Megabyte, memory, TestContext.Current.CancellationToken, timeout: TimeSpan.FromMilliseconds(100));
        Assert.Equal((false, null), (read.IsWhole, read.Json));
        Assert.InRange(memory.HeldFor(MemoryUse.Bodies), 1, Megabyte);

        byte[] carried = new byte[60_000];
        await request.Body.ReadExactlyAsync(carried.AsMemory(0, 50_000), TestContext.Current.CancellationToken);
        Assert.Equal(0, memory.HeldFor(MemoryUse.Bodies));
        await client.Writer.WriteAsync(body.AsMemory(50_000), TestContext.Current.CancellationToken);
        await request.Body.ReadExactlyAsync(carried.AsMemory(50_000), TestContext.Current.CancellationToken);
        Assert.Equal(body, carried);
    }

    [Fact]
    public async Task Client_that_disconnects_cancels_the_pipeline()
    {
        TaskCompletionSource started = new();
        TaskCompletionSource cancelled = new();
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(
            async (search, cancellationToken) =>
            {
                await using CancellationTokenRegistration registration = cancellationToken.Register(cancelled.SetResult);
                started.SetResult();
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return PreparedSearch.Original(search, Refined);
            },
            Limit,
            upstream.Url);
        using (RawClient client = await RawClient.ConnectAsync(listener.Url))
        {
            await client.Stream.WriteAsync(Request("POST", "/index/_search", Original, Framing.Length), TestContext.Current.CancellationToken);
            await started.Task.WaitAsync(TestContext.Current.CancellationToken);
        }

        await cancelled.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, upstream.Connections);
    }

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2\r\n{}0\r\n\r\n")]
    [InlineData("fffffffffffffffff\r\n{}")]
    public async Task Invalid_chunk_is_a_client_error_and_nothing_is_forwarded(string body)
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        string request = "POST $ HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + body;

        HttpBytes reply = await RawClient.AskAsync(listener.Url, request.Replace("$", "/index/_search", StringComparison.Ordinal));
        Assert.Equal(0, upstream.Connections);
        HttpBytes other = await RawClient.AskAsync(listener.Url, request.Replace("$", "/index/_refresh", StringComparison.Ordinal));

        Assert.Equal("HTTP/1.1 400 Bad Request", reply.StartLine);
        Assert.Equal(other.StartLine, reply.StartLine);
        Assert.Empty(listener.Errors);
    }

    [Fact]
    public async Task Rewritten_searches_and_others_share_a_connection()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync((search, _) => ValueTask.FromResult(Rewrite(search, "{\"a\":1}")), Limit, upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        foreach (Framing framing in Enum.GetValues<Framing>())
        {
            await client.Stream.WriteAsync(Request("POST", "/index/_search", Original, framing), TestContext.Current.CancellationToken);
            Assert.Equal("{}", (await client.ReadReplyAsync()).Text);
            Assert.Equal("{\"a\":1}", (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).Text);
            await client.SendAsync("GET /_cat/health HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.Null((await client.ReadReplyAsync()).Header("EsRefine"));
            Assert.Equal("GET /_cat/health HTTP/1.1", (await upstream.NextRequestAsync(TestContext.Current.CancellationToken)).StartLine);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Expect_100_continue_is_answered_before_a_search_is_read()
    {
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(upstream.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(
            "POST /index/_search HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        HttpBytes? interim = await HttpBytes.ReadAsync(client.Stream, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 100 Continue", interim!.StartLine);
        await client.SendAsync("{}");
        Assert.Equal("HTTP/1.1 200 OK", (await client.ReadReplyAsync()).StartLine);
    }

    private static PreparedSearch Rewrite(SearchRequest search) => Rewrite(search, Rewritten);

    private static PreparedSearch Rewrite(SearchRequest search, string body) =>
        new(search.Body, [new(new(search.Body, 0, search.Body.Length), Encoding.UTF8.GetBytes(body))], Refined);

    private static Func<SearchRequest, PreparedSearch> Keep(RefinementOutcome outcome) => search => PreparedSearch.Original(search, new(outcome));

    private static byte[] Request(string method, string target, string body, Framing framing, string headers = "")
    {
        byte[] content = Encoding.UTF8.GetBytes(body);
        if (framing is Framing.Gzip or Framing.GzipChunked)
        {
            using MemoryStream compressed = new();
            using (GZipStream gzip = new(compressed, CompressionLevel.Fastest))
            {
                gzip.Write(content);
            }

            content = compressed.ToArray();
            headers += "Content-Encoding: gzip\r\n";
        }

        bool chunked = framing is Framing.Chunked or Framing.GzipChunked;
        string head = $"{method} {target} HTTP/1.1\r\nHost: a\r\nAuthorization: Basic eA==\r\nContent-Type: application/json\r\n{headers}"
            + (chunked ? $"Transfer-Encoding: chunked\r\n\r\n{content.Length:x}\r\n" : $"Content-Length: {content.Length}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head), .. content, .. chunked ? "\r\n0\r\n\r\n"u8.ToArray() : []];
    }

    private static byte[] Content(byte[] request)
    {
        int head = request.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return new HttpBytes(request[..head], request[head..]).Content;
    }

    private static async Task<Conversation> ConverseAsync(byte[] request, Func<SearchRequest, PreparedSearch> prepare)
    {
        List<SearchRequest> searches = [];
        await using RecordingUpstream upstream = RecordingUpstream.Start(Ok);
        await using OpenListener listener = await OpenListener.OpenAsync(
            (search, _) =>
            {
                searches.Add(search);
                return ValueTask.FromResult(prepare(search));
            },
            Limit,
            upstream.Url);
        using MetricCollector<double> durations = new(listener.Meters, EsRefineMeter.Name, "esrefine.search.duration");
        HttpBytes reply = await RawClient.AskAsync(listener.Url, request);
        HttpBytes arrived = await upstream.NextRequestAsync(TestContext.Current.CancellationToken);
        return new(arrived, reply, searches, [.. durations.GetMeasurementSnapshot().Select(static measurement => measurement.Tags["outcome"])]);
    }

    private sealed record Conversation(HttpBytes Arrived, HttpBytes Reply, IReadOnlyList<SearchRequest> Searches, IReadOnlyList<object?> Recorded);

    private sealed class RegisteredForDispose : Microsoft.AspNetCore.Http.Features.HttpResponseFeature
    {
        private readonly List<Action> _completed = [];

        public void End() => _completed.ForEach(static end => end());

        public override void OnCompleted(Func<object, Task> callback, object state) => _completed.Add(() => _ = callback(state));
    }
}
