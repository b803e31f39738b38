using System.IO.Compression;
using System.Text;
using EsRefine.Tests.Http;
using EsRefine.TestSupport;
using Xunit;

namespace EsRefine.Tests.Models;

/// <summary>The relay forwards requests and replies byte for byte, and remembers the vectors in them.</summary>
public sealed class EmbeddingsRelayTests
{
    private const string OpenAi = """{"object":"list","data":[{"object":"embedding","index":1,"embedding":[0.0, 1e0,0.50]},{"object":"embedding","index":0,"embedding":[1,0,0.25]}],"model":"m"}""";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> Servers { get; } = new()
    {
        { "/v1/embeddings", """{"input":["first","second"],"model":"m"}""", OpenAi },
        { "/openai/deployments/d/embeddings?api-version=1", """{"model":"m", "input" : ["first","second"]}""", OpenAi },
        { "/v1/embeddings", """{"input":["first","second"],"encoding_format":"base64"}""", """{"data":[{"index":0,"embedding":"AACAPwAAAAAAAIA+"},{"index":1,"embedding":"AAAAAAAAgD8AAAA/"}]}""" },
        { "/api/embed", """{"model":"m","input":["first","second"]}""", """{"model":"m","embeddings":[[1,0,0.25],[0,1,0.5]],"total_duration":14143917}""" },
        { "/embed", """{"inputs":["first","second"],"normalize":true}""", "[[1,0,0.25],[0,1,0.5]]" },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Vectors_of_every_kind_of_server_are_remembered_and_replies_are_unchanged(string target, string body, string reply)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok(reply));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(server, listener, Post(target, body));

        Assert.Equal("first", await listener.Memory.FindAsync([1, 0, 0.25f]));
        Assert.Equal("second", await listener.Memory.FindAsync([0, 1, 0.5f]));
        Assert.Equal(2, listener.Memory.Count);
    }

    [Theory]
    [InlineData("/api/embeddings", """{"model":"m","prompt":"only"}""", """{"embedding":[1,0,0.25]}""")]
    [InlineData("/api/embed", """{"model":"m","input":"only"}""", """{"embeddings":[[1,0,0.25]]}""")]
    [InlineData("/embed", """{"inputs":"only"}""", "[[1,0,0.25]]")]
    [InlineData("/v1/embeddings", """{"input":"only"}""", """{"data":[{"embedding":[1,0,0.25]}]}""")]
    public async Task Single_texts_are_remembered(string target, string body, string reply)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok(reply));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(server, listener, Post(target, body));

        Assert.Equal("only", await listener.Memory.FindAsync([1, 0, 0.25f]));
    }

    // Which member is embedded follows the endpoint; where more than one could be, in whatever case, the server alone knows.
    [Theory]
    [InlineData("/v1/embeddings", """{"inputs":"no","prompt":"no"}""")]
    [InlineData("/v1/embeddings", """{"prompt":"no"}""")]
    [InlineData("/v1/embeddings", """{"input":"no","inputs":"yes"}""")]
    [InlineData("/v1/embeddings", """{"input":"no","Input":"yes"}""")]
    [InlineData("/v1/embeddings", """{"input":"no","input":"yes"}""")]
    [InlineData("/embed", """{"input":"no"}""")]
    [InlineData("/embed", """{"input":"no","inputs":"yes"}""")]
    [InlineData("/embed", """{"inputs":"yes","PROMPT":"no"}""")]
    [InlineData("/api/embed", """{"inputs":"no"}""")]
    [InlineData("/api/embed", """{"prompt":"no"}""")]
    [InlineData("/api/embed", """{"INPUT":"yes"}""")]
    [InlineData("/api/embeddings", """{"input":"no"}""")]
    [InlineData("/api/embeddings", """{"prompt":"yes","input":"no"}""")]
    public async Task Texts_that_the_endpoint_may_not_have_embedded_are_not_remembered(string target, string body)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok("""{"embedding":[1,0,0.25],"data":[{"embedding":[1,0,0.25]}],"embeddings":[[1,0,0.25]]}"""));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(server, listener, Post(target, body));

        Assert.Equal(0, listener.Memory.Count);
    }

    [Theory]
    [InlineData("POST", "/v1/chat/completions")]
    [InlineData("GET", "/v1/files")]
    [InlineData("DELETE", "/v1/models/m")]
    [InlineData("POST", "/v1/models")]
    [InlineData("POST", "/api/pull")]
    [InlineData("POST", "/v1/files/../embeddings")]
    [InlineData("POST", "/v1/chat%2Fcompletions/..%2Fembeddings")]
    [InlineData("POST", "/v1/chat/completions;/embeddings")]
    [InlineData("POST", "/v1/chat/completions?/embeddings")]
    [InlineData("POST", "//embed")]
    [InlineData("GET", "/")]
    public async Task Other_paths_than_those_of_embeddings_are_not_relayed_unless_a_setting_says_so(string method, string target)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok("{}"));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);
        await using OpenModelsListener relaysAll = await OpenModelsListener.BeforeAsync(server.Url, relaysAllPaths: true);
        byte[] request = Encoding.Latin1.GetBytes($"{method} {target} HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");

        HttpBytes refused = await RawClient.AskAsync(listener.Url, request);
        HttpBytes relayed = await RawClient.AskAsync(relaysAll.Url, request);
        HttpBytes arrived = await server.NextRequestAsync(Cancellation);

        Assert.Contains(" 404 ", refused.StartLine, StringComparison.Ordinal);
        Assert.Contains("models.relayAllPaths", Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.Contains(" 200 ", relayed.StartLine, StringComparison.Ordinal);
        Assert.StartsWith($"{method} {target} ", arrived.StartLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/models")]
    [InlineData("/openai/v1/models?limit=2")]
    public async Task List_of_models_is_relayed(string target)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok("{}"));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);
        await PassesThroughAsync(server, listener, Encoding.Latin1.GetBytes($"GET {target} HTTP/1.1\r\nHost: h\r\n\r\n"));
    }

    [Fact]
    public async Task Reply_that_the_memory_budget_has_no_room_for_is_relayed_whole_and_not_remembered()
    {
        string reply = """{"data":[{"index":0,"embedding":[1,0,0.25]}],"padding":" """ + new string('x', 2 * 1024 * 1024) + "\"}";
        await using RecordingUpstream server = RecordingUpstream.Start(Ok(reply));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url, maxBufferedMebibytes: 1);

        await PassesThroughAsync(server, listener, Post("/v1/embeddings", """{"input":"only"}"""));

        Assert.Equal(0, listener.Memory.Count);
    }

    [Fact]
    public async Task Incomplete_reply_ends_after_the_bytes_received()
    {
        const string Part = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"data\":[";
        await using RecordingUpstream server = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync(Part);
            connection.Close();
        });
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync(Encoding.UTF8.GetString(Post("/v1/embeddings", """{"input":"a"}""")));

        using StreamReader reader = new(client.Stream);
        string reply = await reader.ReadToEndAsync(Cancellation);   // throws on a reset

        Assert.EndsWith("{\"data\":[", reply, StringComparison.Ordinal);
        Assert.Equal(0, listener.Memory.Count);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Compressed_reply_is_read_and_stays_compressed(string coding)
    {
        byte[] compressed = Compress(OpenAi, coding);
        byte[] head = Encoding.Latin1.GetBytes(
            $"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Type: application/json\r\nContent-Length: {compressed.Length}\r\n\r\n");
        await using RecordingUpstream server = RecordingUpstream.Start((_, connection) => connection.SendAsync([.. head, .. compressed]));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(server, listener, Post("/v1/embeddings", """{"input":["first","second"]}"""));

        Assert.Equal("second", await listener.Memory.FindAsync([0, 1, 0.5f]));
    }

    [Fact]
    public async Task Compressed_request_is_read_and_stays_compressed()
    {
        byte[] compressed = Compress("""{"input":["first","second"]}""", "gzip");
        await using RecordingUpstream server = RecordingUpstream.Start(Ok(OpenAi));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(
            server, listener, [.. Encoding.Latin1.GetBytes($"POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: {compressed.Length}\r\n\r\n"), .. compressed]);

        Assert.Equal("first", await listener.Memory.FindAsync([1, 0, 0.25f]));
    }

    [Fact]
    public async Task Chunked_reply_is_read_before_it_ends()
    {
        string chunks = string.Concat(OpenAi.Chunk(40).Select(static part => $"{part.Length:x}\r\n{new string(part)}\r\n")) + "0\r\n\r\n";
        await using RecordingUpstream server = RecordingUpstream.Start(
            $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n{chunks}");
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        HttpBytes reply = await RawClient.AskAsync(listener.Url, Post("/v1/embeddings", """{"input":["first","second"]}"""));

        Assert.True(reply.IsChunked);
        Assert.Equal(OpenAi, reply.Text);
        Assert.Equal("first", await listener.Memory.FindAsync([1, 0, 0.25f]));
    }

    [Fact]
    public async Task Text_is_remembered_before_the_application_has_the_last_byte()
    {
        // An application that has the complete reply may search at once, so the text must already be remembered.
        await using RecordingUpstream server = RecordingUpstream.Start(Ok(OpenAi));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);
        for (int i = 0; i < 200; i++)
        {
            await RawClient.AskAsync(listener.Url, Post("/v1/embeddings", $$"""{"input":["first {{i}}","second"]}"""));
            Assert.Equal($"first {i}", await listener.Memory.FindAsync([1, 0, 0.25f]));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Type: application/json\r\nContent-Length: 28\r\n\r\n{\"error\":{\"message\":\"a key\"}}")]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nx-ratelimit-remaining-requests: 0\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Oops\r\nX-Odd: a\r\nX-Odd: b\r\nContent-Length: 3\r\n\r\nno!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nnot json")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 24\r\n\r\n{\"data\":[{\"embedding\":1}]")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 28\r\n\r\n{\"embeddings\":[[1,2],[\"a\"]]}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 22\r\n\r\n{\"embeddings\":[[1,2]]}")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n")]
    public async Task Any_other_reply_of_the_server_is_forwarded_unchanged(string reply)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(reply.Replace("Content-Length: 28\r\n\r\n{\"error", "Content-Length: 29\r\n\r\n{\"error", StringComparison.Ordinal));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url);

        await PassesThroughAsync(server, listener, Post("/v1/embeddings", """{"input":["first","second"]}"""));

        Assert.InRange(listener.Memory.Count, 0, 1);   // [[1,2],["a"]] holds one vector
    }

    [Theory]
    [InlineData("POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer sk-1\r\nOpenAI-Organization: o\r\nContent-Length: 15\r\n\r\n{\"input\":[1,2]}")]
    [InlineData("POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n{\"input\":")]
    [InlineData("POST /v1/embeddings HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"input\"\r\n5\r\n:\"a\"}\r\n0\r\n\r\n")]
    [InlineData("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\napi-key: k\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("GET /v1/models HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer sk-1\r\n\r\n")]
    [InlineData("GET /a%2Fb/../c?x=%20 HTTP/1.1\r\nHost: h\r\n\r\n")]
    [InlineData("DELETE /v1/models/m HTTP/1.1\r\nHost: h\r\n\r\n")]
    public async Task Any_other_request_reaches_the_server_as_sent_where_everything_is_relayed(string request)
    {
        await using RecordingUpstream server = RecordingUpstream.Start(Ok("{\"data\": 1}"));
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url, relaysAllPaths: true);

        await PassesThroughAsync(server, listener, Encoding.Latin1.GetBytes(request));

        Assert.Equal(0, listener.Memory.Count);
    }

    [Fact]
    public async Task Events_of_a_stream_arrive_one_by_one()
    {
        TaskCompletionSource firstSeen = new();
        await using RecordingUpstream server = RecordingUpstream.Start(async (_, connection) =>
        {
            await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
            await firstSeen.Task;
            await connection.SendAsync("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
        });
        await using OpenModelsListener listener = await OpenModelsListener.BeforeAsync(server.Url, relaysAllPaths: true);
        using RawClient client = await RawClient.ConnectAsync(listener.Url);
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}");

        byte[] buffer = new byte[4096];
        StringBuilder seen = new();
        while (!seen.ToString().Contains("data: 1", StringComparison.Ordinal))
        {
            int read = await client.Stream.ReadAsync(buffer, Cancellation);
            Assert.NotEqual(0, read);
            seen.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        firstSeen.SetResult();
        while (!seen.ToString().EndsWith("0\r\n\r\n", StringComparison.Ordinal))
        {
            int read = await client.Stream.ReadAsync(buffer, Cancellation);
            Assert.NotEqual(0, read);
            seen.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }

        Assert.Contains("data: 2", seen.ToString(), StringComparison.Ordinal);
    }

    private static byte[] Post(string target, string body) => Encoding.UTF8.GetBytes(
        $"POST {target} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer sk-1\r\nx-stainless-lang: python\r\nAccept-Encoding: gzip, deflate\r\n"
        + $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static string Ok(string body) =>
        $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nopenai-processing-ms: 12\r\nx-request-id: r\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>Sends the same bytes to the server directly and through the listener, and compares received requests and replies.</summary>
    private static async Task PassesThroughAsync(RecordingUpstream server, OpenModelsListener listener, byte[] request)
    {
        HttpBytes plain = await RawClient.AskAsync(server.Url, request);
        HttpBytes relayed = await RawClient.AskAsync(listener.Url, request);
        HttpBytes asked = await server.NextRequestAsync(Cancellation);
        HttpBytes arrived = await server.NextRequestAsync(Cancellation);

        Assert.Equal(asked.StartLine, arrived.StartLine);
        Assert.Equal(Sorted(asked), Sorted(arrived));
        Assert.Equal(asked.Content, arrived.Content);
        Assert.Equal(plain.StartLine, relayed.StartLine);
        Assert.Equal(Sorted(plain), Sorted(relayed));
        Assert.Equal(plain.Body, relayed.Body);
    }

    private static IEnumerable<string> Sorted(HttpBytes message) =>
        message.Headers.Select(static header => $"{header.Key.ToUpperInvariant()}: {header.Value}").Order();

    private static byte[] Compress(string text, string coding)
    {
        using MemoryStream compressed = new();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(compressed, CompressionLevel.Optimal),
            "br" => new BrotliStream(compressed, CompressionLevel.Optimal),
            _ => new ZLibStream(compressed, CompressionLevel.Optimal),
        })
        {
            stream.Write(Encoding.UTF8.GetBytes(text));
        }

        return compressed.ToArray();
    }
}
