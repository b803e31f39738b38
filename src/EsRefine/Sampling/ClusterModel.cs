using System.Runtime.InteropServices;
using System.Text.Json;
using EsRefine.Recognition;
using EsRefine.Upstream;
using EsRefine.Vectors;

namespace EsRefine.Sampling;

/// <summary>An embedding model of the cluster, asked on a caller's behalf for the vector that the cluster itself would use for a text.</summary>
/// <param name="upstream">The cluster.</param>
/// <param name="caller">The caller's headers.</param>
/// <param name="id">The inference endpoint or the model, as the clause names it.</param>
internal sealed class ClusterModel(UpstreamClient upstream, IHeaderDictionary caller, string id)
{
    private static readonly string[] SentenceEmbedding = ["sentence_embedding"];   // the output of an OpenSearch model that neural uses, too

    private string Id => Uri.EscapeDataString(id);

    /// <summary>The vector of a text.</summary>
    /// <exception cref="ModelRefusalException">The model refuses, or answers with anything but one vector of finite numbers.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public Task<float[]> EmbedAsync(TextToEmbed text, CancellationToken cancellationToken) => text.Form switch
    {
        TextForm.TextEmbedding => EmbedByTextEmbeddingAsync(text.Text, cancellationToken),
        TextForm.Embedding => EmbedByEndpointAsync("embedding", text.Text, cancellationToken),
        _ => EmbedByMachineLearningAsync(text.Text, cancellationToken),
    };

    /// <summary>What the builder calls a model is an inference endpoint, or a trained model.</summary>
    private async Task<float[]> EmbedByTextEmbeddingAsync(string text, CancellationToken cancellationToken)
    {
        UpstreamReply reply = await AskEndpointAsync("text_embedding", text, cancellationToken);
        return IsUnknown(reply) ? await EmbedByTrainedModelAsync(text, cancellationToken) : Read(reply);
    }

    private async Task<float[]> EmbedByEndpointAsync(string task, string text, CancellationToken cancellationToken) =>
        Read(await AskEndpointAsync(task, text, cancellationToken));

    // Some models need to know that the text is a query. Services without such models reject input_type, and so does Elasticsearch before 8.19.
    private async Task<UpstreamReply> AskEndpointAsync(string task, string text, CancellationToken cancellationToken)
    {
        string path = $"/_inference/{task}/{Id}";
        UpstreamReply reply = await PostAsync(path, new { input = text, input_type = "search" }, cancellationToken);
        return reply.StatusCode == 400 ? await PostAsync(path, new { input = text }, cancellationToken) : reply;
    }

    // The builder puts the model's prefix for searches before the text; the API puts none.
    private async Task<float[]> EmbedByTrainedModelAsync(string text, CancellationToken cancellationToken)
    {
        string path = $"/_ml/trained_models/{Id}";
        UpstreamReply description = await upstream.SendAsync(HttpMethod.Get, path, caller, default, cancellationToken);
        (string field, string prefix) = Parse(description, static root =>
        {
            JsonElement model = root.GetProperty("trained_model_configs")[0];
            bool hasNames = model.GetProperty("input").TryGetProperty("field_names", out JsonElement names);
            string? prefix = model.TryGetProperty("prefix_strings", out JsonElement prefixes) && prefixes.TryGetProperty("search", out JsonElement search)
                ? search.GetString()
                : null;
            return (hasNames ? names[0].GetString()! : "text_field", prefix ?? "");
        });
        return Read(await PostAsync(path + "/_infer", new { docs = new[] { new Dictionary<string, string> { [field] = prefix + text } } }, cancellationToken));
    }

    private async Task<float[]> EmbedByMachineLearningAsync(string text, CancellationToken cancellationToken) => Read(await PostAsync(
        $"/_plugins/_ml/_predict/text_embedding/{Id}",
        new { text_docs = new[] { text }, return_number = true, target_response = SentenceEmbedding },
        cancellationToken));

    private Task<UpstreamReply> PostAsync<TBody>(string path, TBody body, CancellationToken cancellationToken) =>
        upstream.SendAsync(HttpMethod.Post, path, caller, JsonSerializer.SerializeToUtf8Bytes(body), cancellationToken);

    /// <summary>There is no such endpoint, or this Elasticsearch has no inference API.</summary>
    private static bool IsUnknown(UpstreamReply reply) => reply.StatusCode is 400 or 404 or 405;

    private float[] Read(UpstreamReply reply) => Parse(reply, static root =>
        VectorArray.TryRead(JsonMarshal.GetRawUtf8Value(VectorIn(root)), out float[] vector) ? vector : throw new FormatException());

    /// <summary>
    /// <c>{"text_embedding":[{"embedding":[…]}]}</c> of an inference endpoint, <c>{"inference_results":[{"predicted_value":[…]}]}</c> of a trained model,
    /// <c>{"inference_results":[{"output":[{"data":[…]}]}]}</c> of OpenSearch. One text has one vector.
    /// </summary>
    private static JsonElement VectorIn(JsonElement root)
    {
        foreach (string name in (string[])["text_embedding", "text_embedding_bytes", "embeddings", "embeddings_bytes"])
        {
            if (root.TryGetProperty(name, out JsonElement embeddings))
            {
                return Only(embeddings).GetProperty("embedding");
            }
        }

        JsonElement result = Only(root.GetProperty("inference_results"));
        return result.TryGetProperty("predicted_value", out JsonElement value) ? value : Only(result.GetProperty("output")).GetProperty("data");
    }

    private static JsonElement Only(JsonElement array) => array.GetArrayLength() == 1 ? array[0] : throw new FormatException();

    private TResult Parse<TResult>(UpstreamReply reply, Func<JsonElement, TResult> read)
    {
        if (!reply.IsSuccess)
        {
            throw new ModelRefusalException($"the model '{id}' did not embed the text of the clause for this caller (status {reply.StatusCode})");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(reply.Body);
            return read(document.RootElement);
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            throw new ModelRefusalException($"the answer of the model '{id}' is not the vector of a text");
        }
    }
}
