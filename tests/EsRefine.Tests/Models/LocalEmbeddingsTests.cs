using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using EsRefine.Tests.Http;
using EsRefine.Tests.Remembering;
using EsRefine.TestSupport;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace EsRefine.Tests.Models;

public sealed class LocalEmbeddingsTests
{
    [Fact]
    public async Task Text_becomes_a_vector_that_is_remembered()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        (int status, JsonNode? reply) = await listener.PostAsync("""{"model":"letters","input":"Jaguar","encoding_format":"float"}""");

        Assert.Equal(200, status);
        float[] vector = Numbers(reply!["data"]![0]!["embedding"]!);
        Assert.Equal(LetterModel.Embed("Jaguar"), vector);
        Assert.Equal("""{"object":"list","model":"letters","usage":{"prompt_tokens":7,"total_tokens":7}}""", Without(reply, "data"));
        Assert.Equal("""{"object":"embedding","index":0}""", Without(reply["data"]![0]!, "embedding"));
        Assert.Equal("Jaguar", await listener.Memory.FindAsync(ModelVectors.Passed(vector, "normalized and rounded")));
    }

    [Fact]
    public async Task Texts_become_vectors_in_order_as_Base64_on_request()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        (int status, JsonNode? reply) = await listener.PostAsync("""{"model":"letters","input":["one","naïve 🐆","three"],"encoding_format":"base64"}""");

        Assert.Equal(200, status);
        string[] texts = ["one", "naïve 🐆", "three"];
        for (int i = 0; i < texts.Length; i++)
        {
            float[] vector = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(reply!["data"]![i]!["embedding"]!.GetValue<string>())).ToArray();
            Assert.Equal(LetterModel.Embed(texts[i]), vector);
            Assert.Equal(texts[i], await listener.Memory.FindAsync(vector));
            Assert.Equal(i, reply["data"]![i]!["index"]!.GetValue<int>());
        }
    }

    [Fact]
    public async Task Vectors_are_truncated_to_the_requested_dimensions_and_remembered_so()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        (_, JsonNode? reply) = await listener.PostAsync("""{"model":"letters","input":"abc","dimensions":4}""");

        float[] vector = Numbers(reply!["data"]![0]!["embedding"]!);
        Assert.Equal(4, vector.Length);
        Assert.Equal("abc", await listener.Memory.FindAsync(vector));
        Assert.Null(await listener.Memory.FindAsync(LetterModel.Embed("abc")));
    }

    [Fact]
    public async Task Prompt_of_the_configured_purpose_is_prepended_and_not_remembered()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync(purpose: "query");
        (_, JsonNode? reply) = await listener.PostAsync("""{"input":"abc"}""");

        Assert.Equal(LetterModel.Embed("query abc"), Numbers(reply!["data"]![0]!["embedding"]!));
        Assert.Equal("abc", await listener.Memory.FindAsync(LetterModel.Embed("query abc")));
    }

    [Theory]
    [InlineData("""{"input":[1,2,3]}""", 400, "input", "check_embedding_ctx_length=False")]
    [InlineData("""{"input":[[1,2],[3]]}""", 400, "input", "tokens")]
    [InlineData("""{"input":["a",1]}""", 400, "input", "must be a text")]
    [InlineData("""{"input":{}}""", 400, "input", "must be a text")]
    [InlineData("""{"input":[]}""", 400, "input", "empty array")]
    [InlineData("""{"input":""}""", 400, "input", "empty text")]
    [InlineData("""{"input":["a",""]}""", 400, "input", "empty text")]
    [InlineData("""{"input":"\ud83d"}""", 400, "input", "lone surrogate")]
    [InlineData("""{"model":"letters"}""", 400, "input", "missing")]
    [InlineData("""{"input":"a","dimensions":27}""", 400, "dimensions", "from 1 to 26")]
    [InlineData("""{"input":"a","dimensions":0}""", 400, "dimensions", "from 1 to 26")]
    [InlineData("""{"input":"a","dimensions":"4"}""", 400, "dimensions", "from 1 to 26")]
    [InlineData("""{"input":"a","encoding_format":"int8"}""", 400, "encoding_format", "float or base64")]
    [InlineData("""{"input":"a",""", 400, null, "not valid JSON (line 1, byte 13)")]
    [InlineData("""[]""", 400, null, "must be a JSON object")]
    [InlineData("", 400, null, "not valid JSON")]
    public async Task Invalid_request_is_refused_in_the_format_of_OpenAI(string body, int status, string? param, string says)
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        (int refused, JsonNode? reply) = await listener.PostAsync(body);

        Assert.Equal(status, refused);
        JsonNode error = reply!["error"]!;
        Assert.Equal("invalid_request_error", error["type"]!.GetValue<string>());
        Assert.Equal(param, error["param"]?.GetValue<string>());
        Assert.Contains(says, error["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(0, listener.Memory.Count);
    }

    [Fact]
    public async Task Body_that_is_not_UTF8_is_refused_with_that_reason()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();

        HttpBytes reply = await RawClient.AskAsync(
            listener.Url, "POST /v1/embeddings HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"input\":\"caf\u00e9\"}");

        Assert.Equal("HTTP/1.1 400 Bad Request", reply.StartLine);
        Assert.Contains("not valid UTF-8", JsonNode.Parse(reply.Text)!["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_texts_than_OpenAI_accepts_are_refused()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        string many = string.Join(',', Enumerable.Repeat("\"a\"", 2049));
        (int status, JsonNode? reply) = await listener.PostAsync($$"""{"input":[{{many}}]}""");

        Assert.Equal((400, "array_above_max_length"), (status, reply!["error"]!["code"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("GET", "v1/models", 200, """{"object":"list","data":[{"id":"letters","object":"model","created":0,"owned_by":"esrefine"}]}""")]
    [InlineData("GET", "models", 200, """{"object":"list","data":[{"id":"letters","object":"model","created":0,"owned_by":"esrefine"}]}""")]
    [InlineData("GET", "v1/models/letters", 200, """{"id":"letters","object":"model","created":0,"owned_by":"esrefine"}""")]
    [InlineData("HEAD", "v1/models", 200, null)]
    [InlineData("GET", "v1/models/gpt", 404, "model_not_found")]
    [InlineData("GET", "v1/embeddings", 405, "method_not_allowed")]
    [InlineData("POST", "v1/models", 405, "method_not_allowed")]
    [InlineData("POST", "v1/chat/completions", 404, "unknown_url")]
    public async Task Other_endpoints_answer_as_an_API_with_one_model(string method, string target, int status, string? says)
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        (int answered, JsonNode? reply) = await listener.SendAsync(new HttpMethod(method), target);

        Assert.Equal(status, answered);
        Assert.Equal(says, status == 200 ? reply?.ToJsonString() : reply!["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Concurrent_requests_remember_each_vector_with_its_text()
    {
        await using OpenModelsListener listener = await OpenModelsListener.WithModelAsync();
        string[] texts = [.. Enumerable.Range(0, 200)
            .Select(static i => string.Concat(Enumerable.Range(0, 8).Select(bit => new string((char)('a' + bit), 1 + (i >> bit & 1)))))];

        await Task.WhenAll(texts.Select(async text =>
        {
            (_, JsonNode? reply) = await listener.PostAsync($$"""{"input":"{{text}}"}""");
            Assert.Equal(text, await listener.Memory.FindAsync(Numbers(reply!["data"]![0]!["embedding"]!)));
        }));
        Assert.Equal(200, listener.Memory.Count);
    }

    [Theory]
    [InlineData("[1, 1]")]
    [InlineData("[1.0,1.00]")]
    [InlineData("[0.7071067811865476,0.7071067811865475]")]
    [InlineData("[0.707107,0.707107]")]
    [InlineData("\"P4AAAD+AAAA=\"")]
    public async Task Search_with_only_a_remembered_vector_is_refined_with_its_text(string queryVector)
    {
        string? asked = null;
        ScriptedJudge judge = new((task, sheet, cancellationToken) =>
        {
            asked = task.QueryText;
            return ScriptedJudge.LikesEven.JudgeAsync(task, sheet, cancellationToken);
        });
        await using FakeCluster cluster = await FakeCluster.StartAsync(
            judge,
            configure: static settings => settings with { Listen = settings.Listen with { Models = "127.0.0.1:0" } },
            replace: static services => services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(new DiagonalModel()));
        string body = FakeCluster.Search.Replace("[1, 1]", queryVector, StringComparison.Ordinal);

        (_, _, string? before) = await cluster.SearchAsync(body, queryText: null);
        await OpenModelsListener.PostAsync(cluster.ModelsUrl!, """{"input":"what the application asked"}""");
        (_, _, string? after) = await cluster.SearchAsync(body, queryText: null);

        Assert.Equal("no-query-text", before);
        Assert.StartsWith("refined;judged=4", after, StringComparison.Ordinal);
        Assert.Equal("what the application asked", asked);
    }

    private static float[] Numbers(JsonNode array) => [.. array.AsArray().Select(static number => number!.GetValue<float>())];

    private static string Without(JsonNode node, string name)
    {
        JsonObject copy = node.DeepClone().AsObject();
        copy.Remove(name);
        return copy.ToJsonString();
    }

    /// <summary>A model that returns the vector of <see cref="FakeCluster.Search"/> for every text.</summary>
    private sealed class DiagonalModel : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(static _ => new Embedding<float>(new float[] { 1, 1 }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
