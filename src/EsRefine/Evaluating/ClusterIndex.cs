using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.Evaluation.Files;

namespace EsRefine.Evaluating;

/// <summary>The index of a set in a cluster. It is created once per set and model and kept; an interrupted load is completed by the next evaluation.</summary>
internal sealed class ClusterIndex
{
    public const string VectorField = "vector";

    /// <summary>Fields that hold the text to judge, in this order.</summary>
    public static readonly string[] TextFields = ["title", "text"];

    /// <summary>Documents of one bulk request: about 2 MB at 384 dimensions.</summary>
    private const int DocumentsPerBulk = 500;

    private readonly EvaluationCluster _cluster;
    private readonly EvaluationSet _set;
    private readonly string _content;

    /// <param name="modelFingerprint">Names the index, with the set.</param>
    public ClusterIndex(EvaluationCluster cluster, EvaluationSet set, string modelFingerprint)
    {
        _cluster = cluster;
        _set = set;
        _content = VectorCache.KeyOf(modelFingerprint, [.. set.Documents.SelectMany(static document => new[] { document.Id, document.Title, document.Text })]);
        string indexType = cluster.Settings.IndexType == "hnsw" ? "" : "-" + NamePart(cluster.Settings.IndexType);
        Name = $"esrefine-eval-{NamePart(set.Name)}-{modelFingerprint}{indexType}";
    }

    /// <summary><c>esrefine-eval-SET-MODEL</c>; with the index type behind it where that is not <c>hnsw</c>.</summary>
    public string Name { get; }

    /// <summary>Creates the index if it does not exist, and loads missing documents.</summary>
    /// <param name="dimensions">Components of a vector.</param>
    /// <param name="readVectors">One row per document, in the set's order; called only where documents are missing.</param>
    /// <exception cref="EvaluationException">The cluster rejects a request, or the index holds other documents.</exception>
    public async Task EnsureAsync(int dimensions, Func<Task<VectorTable>> readVectors, EvaluationProgress progress, CancellationToken cancellationToken)
    {
        if (!await _cluster.HasIndexAsync(Name, cancellationToken))
        {
            await _cluster.SendAsync(HttpMethod.Put, "/" + Name, Definition(dimensions), cancellationToken);
        }

        await RequireSameContentAsync(cancellationToken);
        long present = await CountAsync(cancellationToken);
        if (present < _set.Documents.Count)
        {
            await LoadAsync(await readVectors(), skipPresent: present > 0, progress.Start($"loading {Name}", _set.Documents.Count), cancellationToken);
            present = await CountAsync(cancellationToken);
        }

        if (present != _set.Documents.Count)
        {
            throw new EvaluationException($"index {Name} holds {present} documents, but the set has {_set.Documents.Count}; delete it and run again");
        }
    }

    public Task DropAsync(CancellationToken cancellationToken) => _cluster.SendAsync(HttpMethod.Delete, "/" + Name, default, cancellationToken);

    private async Task RequireSameContentAsync(CancellationToken cancellationToken)
    {
        JsonElement reply = await _cluster.SendAsync(HttpMethod.Get, $"/{Name}/_mapping", default, cancellationToken);
        JsonElement mappings = reply.GetProperty(Name).GetProperty("mappings");
        if (!mappings.TryGetProperty("_meta", out JsonElement meta)
            || !meta.TryGetProperty("content", out JsonElement content)
            || content.GetString() != _content)
        {
            throw new EvaluationException($"index {Name} holds other documents than {_set.Name}; delete the index and run again");
        }
    }

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await _cluster.SendAsync(HttpMethod.Post, $"/{Name}/_refresh", default, cancellationToken);
        return (await _cluster.SendAsync(HttpMethod.Get, $"/{Name}/_count", default, cancellationToken)).GetProperty("count").GetInt64();
    }

    private async Task LoadAsync(VectorTable vectors, bool skipPresent, IProgress<int> progress, CancellationToken cancellationToken)
    {
        int done = 0;
        foreach ((int Index, BeirDocument Item)[] chunk in _set.Documents.Index().Chunk(DocumentsPerBulk))
        {
            HashSet<string> present = skipPresent ? await FindPresentAsync(chunk, cancellationToken) : [];
            (int Index, BeirDocument Item)[] missing = [.. chunk.Where(entry => !present.Contains(entry.Item.Id))];
            if (missing.Length > 0)
            {
                JsonElement reply = await _cluster.SendAsync(HttpMethod.Post, $"/{Name}/_bulk", Bulk(missing, vectors), cancellationToken);
                RequireAllStored(reply);
            }

            progress.Report(done += chunk.Length);
        }
    }

    private async Task<HashSet<string>> FindPresentAsync((int Index, BeirDocument Item)[] chunk, CancellationToken cancellationToken)
    {
        byte[] body = Json(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("ids");
            foreach ((_, BeirDocument document) in chunk)
            {
                json.WriteStringValue(document.Id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
        JsonElement reply = await _cluster.SendAsync(HttpMethod.Post, $"/{Name}/_mget?_source=false", body, cancellationToken);
        return
        [
            .. reply.GetProperty("docs").EnumerateArray()
                .Where(static document => document.TryGetProperty("found", out JsonElement found) && found.GetBoolean())
                .Select(static document => document.GetProperty("_id").GetString()!),
        ];
    }

    private static ReadOnlyMemory<byte> Bulk((int Index, BeirDocument Item)[] documents, VectorTable vectors)
    {
        ArrayBufferWriter<byte> body = new();
        using Utf8JsonWriter json = new(body);
        foreach ((int row, BeirDocument document) in documents)
        {
            json.WriteStartObject();
            json.WriteStartObject("index");
            json.WriteString("_id", document.Id);
            json.WriteEndObject();
            json.WriteEndObject();
            EndLine();

            json.WriteStartObject();
            json.WriteString(TextFields[0], document.Title);
            json.WriteString(TextFields[1], document.Text);
            WriteVector(json, VectorField, vectors[row]);
            json.WriteEndObject();
            EndLine();
        }

        return body.WrittenMemory;

        void EndLine()
        {
            json.Flush();
            body.Write("\n"u8);
            json.Reset();
        }
    }

    private void RequireAllStored(JsonElement reply)
    {
        if (!reply.GetProperty("errors").GetBoolean())
        {
            return;
        }

        JsonElement refused = reply.GetProperty("items").EnumerateArray()
            .Select(static item => item.GetProperty("index"))
            .First(static item => item.TryGetProperty("error", out _));
        throw new EvaluationException(
            $"{Name} rejected document '{refused.GetProperty("_id").GetString()}': {refused.GetProperty("error").GetProperty("reason").GetString()}; "
            + "documents loaded so far are kept, and the same command continues from there");
    }

    /// <summary>Settings and mapping.</summary>
    // One shard: each shard has a graph of its own, so rankings would depend on their number, and a set has only thousands of documents.
    private byte[] Definition(int dimensions)
    {
        bool elasticsearch = _cluster.Settings.Dialect == EngineDialect.Elasticsearch;
        JsonObject settings = new() { ["number_of_shards"] = 1, ["number_of_replicas"] = 0 };
        if (!elasticsearch)
        {
            settings["index.knn"] = true;
        }

        JsonObject vector = elasticsearch
            ? new()
            {
                ["type"] = "dense_vector",
                ["dims"] = dimensions,
                ["index"] = true,
                ["similarity"] = "cosine",
                ["index_options"] = new JsonObject { ["type"] = _cluster.Settings.IndexType },
            }
            : new()
            {
                ["type"] = "knn_vector",
                ["dimension"] = dimensions,
                ["method"] = new JsonObject { ["name"] = "hnsw", ["engine"] = "lucene", ["space_type"] = "cosinesimil" },
            };
        JsonObject properties = new() { [VectorField] = vector };
        foreach (string field in TextFields)
        {
            properties[field] = new JsonObject { ["type"] = "text" };
        }

        JsonObject mappings = new() { ["_meta"] = new JsonObject { ["content"] = _content }, ["properties"] = properties };
        return Encoding.UTF8.GetBytes(new JsonObject { ["settings"] = settings, ["mappings"] = mappings }.ToJsonString());
    }

    /// <summary>Writes a vector with the shortest decimal of each float that reads back to the same value.</summary>
    public static void WriteVector(Utf8JsonWriter json, string name, ReadOnlySpan<float> vector)
    {
        json.WriteStartArray(name);
        foreach (float component in vector)
        {
            json.WriteNumberValue(component);
        }

        json.WriteEndArray();
    }

    public static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            write(json);
        }

        return stream.ToArray();
    }

    // Index names are lower case and hold few signs.
    private static string NamePart(string name) => string.Concat(
        name.ToLowerInvariant().Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' ? letter : '-'));
}
