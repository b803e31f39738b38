using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EsRefine.Configuration;
using EsRefine.EmbeddedIndex;
using EsRefine.Evaluation;
using EsRefine.Evaluation.Files;

namespace EsRefine.Demo;

/// <summary>The index that the demo searches: embedded in this process, or in a cluster, where disposing deletes it again unless it is to be kept.</summary>
/// <remarks>Every method throws <see cref="HttpRequestException"/> with the cause and the fix where the cluster cannot be reached or refuses.</remarks>
internal sealed class DemoIndex : IAsyncDisposable
{
    /// <summary>Written into the mapping, so that the demo never touches an index that somebody else made.</summary>
    private const string Signature = "esrefine demo";

    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly EmbeddedIndexServer? _embedded;
    private readonly string _flag;
    private readonly bool _keep;
    private bool _hasOlder;
    private bool _isOurs;

    private DemoIndex(DemoOptions options, EmbeddedIndexServer? embedded)
    {
        Uri address = embedded?.Url ?? options.Elasticsearch ?? options.OpenSearch!;
        Url = new UriBuilder(address) { UserName = "", Password = "", Path = address.AbsolutePath.TrimEnd('/') + "/" }.Uri;
        User = Uri.UnescapeDataString(address.UserInfo.Split(':')[0]) is { Length: > 0 } user ? user : null;
        Authorization = User is null ? null
            : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
        Dialect = options.OpenSearch is null ? EngineDialect.Elasticsearch : EngineDialect.OpenSearch;
        Name = options.Index;
        _embedded = embedded;
        _flag = options.OpenSearch is null ? "--elasticsearch" : "--opensearch";
        _keep = options.Keep;
    }

    /// <summary>Where the cluster answers, without credentials.</summary>
    public Uri Url { get; }

    /// <summary>The user of the URL, if it held one.</summary>
    public string? User { get; }

    /// <summary>The URL's user and password as a header; goes with every request, through the sidecar too.</summary>
    public AuthenticationHeaderValue? Authorization { get; }

    public EngineDialect Dialect { get; }

    public string Name { get; }

    /// <summary>Its path below <see cref="Url"/>.</summary>
    public string Path => Uri.EscapeDataString(Name);

    /// <summary>What answers, for people: <c>Elasticsearch 9.4.3</c>.</summary>
    public string Engine { get; private set; } = "embedded in this process, exact kNN";

    /// <summary>Starts the embedded index, or finds out what answers at the given address.</summary>
    /// <exception cref="ConfigurationException">
    /// Another engine answers than the flag says, or it holds an index of that name that the demo did not make.
    /// </exception>
    public static async Task<DemoIndex> OpenAsync(DemoOptions options, CancellationToken cancellationToken)
    {
        bool isEmbedded = options.Elasticsearch is null && options.OpenSearch is null;
        DemoIndex index = new(options, isEmbedded ? await EmbeddedIndexServer.StartAsync(cancellationToken: cancellationToken) : null);
        try
        {
            if (!isEmbedded)
            {
                await index.GreetAsync(cancellationToken);
                await index.LookForOlderAsync(cancellationToken);
            }

            return index;
        }
        catch
        {
            await index.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes the index anew and fills it.</summary>
    /// <param name="pages">The documents.</param>
    /// <param name="vectors">Their vectors, in the same order.</param>
    public async Task LoadAsync(IReadOnlyList<BeirDocument> pages, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        if (_hasOlder)
        {
            await SendAsync(HttpMethod.Delete, Path, default, cancellationToken);
        }

        await SendAsync(HttpMethod.Put, Path, Encoding.UTF8.GetBytes(Mapping(vectors[0].Length).ToJsonString()), cancellationToken);
        _isOurs = true;
        using JsonDocument reply = JsonDocument.Parse(await SendAsync(HttpMethod.Post, $"{Path}/_bulk?refresh=true", Bulk(pages, vectors), cancellationToken));
        if (reply.RootElement.GetProperty("errors").GetBoolean())
        {
            JsonElement refused = reply.RootElement.GetProperty("items").EnumerateArray()
                .Select(static item => item.GetProperty("index")).First(static item => item.TryGetProperty("error", out _));
            throw new HttpRequestException($"{Engine} at {Url} refuses to index the pages: {refused.GetProperty("error")}");
        }
    }

    /// <summary>Sends a search to the cluster, or to the sidecar in front of it.</summary>
    /// <param name="listener">Either's address.</param>
    /// <param name="body">Sent as it is.</param>
    /// <param name="queryText">Null: no header beyond those of any client.</param>
    public async Task<DemoReply> SearchAsync(Uri listener, ReadOnlyMemory<byte> body, string? queryText, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Post, new Uri(listener, $"{Path}/_search"), body, "application/json");
        if (queryText is not null)
        {
            request.Headers.Add(QueryHeader.Name, QueryHeader.Encode(queryText));
        }

        using HttpResponseMessage response = await ReachAsync(request, cancellationToken);
        byte[] content = await ReadAsync(request, response, cancellationToken);
        using JsonDocument reply = JsonDocument.Parse(content);
        RankedList list = new(reply.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray()
            .Select(static hit => new ScoredDocument(hit.GetProperty("_id").GetString()!, hit.GetProperty("_score").GetDouble())));
        return new DemoReply(list, response.Headers.TryGetValues("EsRefine", out IEnumerable<string>? values) ? values.First() : null);
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOurs && !_keep && _embedded is null)
        {
            using CancellationTokenSource patience = new(Timeouts.DemoCleanupTimeout);
            try
            {
                await SendAsync(HttpMethod.Delete, Path, default, patience.Token);
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                // The cluster went away before us. What is left carries our signature, and the next demo makes it anew.
            }
        }

        _client.Dispose();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private async Task GreetAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, Url, default, contentType: null);
        using HttpResponseMessage response = await ReachAsync(request, cancellationToken);
        byte[] content = response.StatusCode == HttpStatusCode.NotFound ? [] : await ReadAsync(request, response, cancellationToken);
        JsonElement version = VersionIn(content)
            ?? throw new ConfigurationException($"{_flag}: what answers at {Url} is neither Elasticsearch nor OpenSearch; correct the address");
        bool isOpenSearch = version.TryGetProperty("distribution", out JsonElement distribution) && distribution.GetString() == "opensearch";
        if (isOpenSearch != (Dialect == EngineDialect.OpenSearch))
        {
            throw new ConfigurationException(
                $"{_flag}: {Url} is {(isOpenSearch ? "OpenSearch" : "Elasticsearch")}; say {(isOpenSearch ? "--opensearch" : "--elasticsearch")} {Url}");
        }

        Engine = $"{(isOpenSearch ? "OpenSearch" : "Elasticsearch")} {version.GetProperty("number").GetString()}";
    }

    /// <summary>What a cluster's root says of itself; null where it is none.</summary>
    private static JsonElement? VersionIn(byte[] greeting)
    {
        try
        {
            JsonElement root = JsonElement.Parse(greeting);
            return root.ValueKind == JsonValueKind.Object && root.TryGetProperty("version", out JsonElement version)
                && version.ValueKind == JsonValueKind.Object && version.TryGetProperty("number", out _) ? version : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an earlier demo left behind may be made anew; nothing else is touched.</summary>
    private async Task LookForOlderAsync(CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = Request(HttpMethod.Get, new Uri(Url, $"{Path}/_mapping"), default, contentType: null);
        using HttpResponseMessage response = await ReachAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return;
        }

        JsonNode? mappings = JsonNode.Parse(await ReadAsync(request, response, cancellationToken))?[Name]?["mappings"];
        if (mappings?["_meta"]?["created_by"]?.GetValue<string>() != Signature)
        {
            throw new ConfigurationException(
                $"{Url} holds '{Name}' already, and this demo did not make it: it stays as it is; choose another name with --index NAME");
        }

        _hasOlder = true;
    }

    private JsonObject Mapping(int dimensions)
    {
        bool isOpenSearch = Dialect == EngineDialect.OpenSearch;
        JsonObject settings = new() { ["number_of_shards"] = 1, ["number_of_replicas"] = 0 };
        if (isOpenSearch)
        {
            settings["knn"] = true;
        }

        // Plain float vectors: a quantized index would blur what is shown.
        JsonObject vector = isOpenSearch
            ? new()
            {
                ["type"] = "knn_vector",
                ["dimension"] = dimensions,
                ["method"] = new JsonObject { ["name"] = "hnsw", ["engine"] = "lucene", ["space_type"] = "cosinesimil" },
            }
            : new()
            {
                ["type"] = "dense_vector",
                ["dims"] = dimensions,
                ["index"] = true,
                ["similarity"] = "cosine",
                ["index_options"] = new JsonObject { ["type"] = "hnsw" },
            };
        JsonObject mappings = new()
        {
            ["properties"] = new JsonObject
            {
                ["title"] = new JsonObject { ["type"] = "text" },
                ["text"] = new JsonObject { ["type"] = "text" },
                [KnnBody.Field] = vector,
            },
        };
        if (_embedded is null)   // which is ours alone, and knows no _meta
        {
            mappings["_meta"] = new JsonObject { ["created_by"] = Signature };
        }

        return new JsonObject { ["settings"] = new JsonObject { ["index"] = settings }, ["mappings"] = mappings };
    }

    private static byte[] Bulk(IReadOnlyList<BeirDocument> pages, IReadOnlyList<float[]> vectors)
    {
        using MemoryStream lines = new();
        using Utf8JsonWriter json = new(lines);
        for (int i = 0; i < pages.Count; i++)
        {
            json.WriteStartObject();
            json.WriteStartObject("index");
            json.WriteString("_id", pages[i].Id);
            json.WriteEndObject();
            json.WriteEndObject();
            EndLine();
            json.WriteStartObject();
            json.WriteString("title", pages[i].Title);
            json.WriteString("text", pages[i].Text);
            KnnBody.WriteVector(json, KnnBody.Field, vectors[i]);
            json.WriteEndObject();
            EndLine();
        }

        return lines.ToArray();

        void EndLine()
        {
            json.Flush();
            lines.WriteByte((byte)'\n');
            json.Reset();
        }
    }

    private async Task<byte[]> SendAsync(HttpMethod method, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        string type = path.Contains("_bulk", StringComparison.Ordinal) ? "application/x-ndjson" : "application/json";
        using HttpRequestMessage request = Request(method, new Uri(Url, path), body, type);
        using HttpResponseMessage response = await ReachAsync(request, cancellationToken);
        return await ReadAsync(request, response, cancellationToken);
    }

    private HttpRequestMessage Request(HttpMethod method, Uri uri, ReadOnlyMemory<byte> body, string? contentType)
    {
        HttpRequestMessage request = new(method, uri);
        request.Headers.Authorization = Authorization;
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType!);
        }

        return request;
    }

    private async Task<HttpResponseMessage> ReachAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception) when (_embedded is null && !_isOurs)
        {
            throw new HttpRequestException(
                $"nothing answers at {Url} ({(exception.InnerException ?? exception).Message}): is the cluster up? Without {_flag} the demo needs no cluster",
                exception);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return content;
        }

        string fix = response.StatusCode == HttpStatusCode.Unauthorized ? "; put a user and password into the URL: https://user:password@host:9200" : "";
        string reason = Encoding.UTF8.GetString(content.AsSpan(0, Math.Min(content.Length, 500)));
        throw new HttpRequestException($"{request.Method} {request.RequestUri} was answered with {(int)response.StatusCode}{fix}: {reason}");
    }
}

/// <summary>The reply to one search.</summary>
/// <param name="Ranking">Every hit.</param>
/// <param name="EsRefine">The reply's header of that name; null where the cluster answered itself.</param>
internal sealed record DemoReply(RankedList Ranking, string? EsRefine)
{
    /// <summary>The outcome's name, without its parameters.</summary>
    public string Outcome => EsRefine?.Split(';')[0] ?? "not refined";

    /// <summary>Rank of a page, from 1; 0 where it was not returned.</summary>
    public int RankOf(string page) => Ranking.Select(static hit => hit.DocumentId).ToList().IndexOf(page) + 1;
}
