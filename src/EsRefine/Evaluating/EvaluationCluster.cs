using System.Text;
using System.Text.Json;
using EsRefine.Configuration;
using EsRefine.Upstream;

namespace EsRefine.Evaluating;

/// <summary>The cluster of an evaluation. Failed requests and partial replies are errors.</summary>
internal sealed class EvaluationCluster
{
    private readonly UpstreamClient _upstream;

    private EvaluationCluster(UpstreamClient upstream, ClusterSettings settings)
    {
        _upstream = upstream;
        Settings = settings;
        Headers = Caller(settings.Url);
    }

    public ClusterSettings Settings { get; }

    /// <summary>Credentials, if the address holds some.</summary>
    public IHeaderDictionary Headers { get; }

    /// <summary>The version that the cluster reports: <c>9.4.3</c>.</summary>
    public string Version { get; private set; } = "";

    /// <summary>The address without credentials.</summary>
    public static Uri Node(ClusterSettings settings) => new UriBuilder(settings.Url) { UserName = "", Password = "" }.Uri;

    /// <summary>Connects to the cluster and reads its product and version.</summary>
    /// <exception cref="EvaluationException">The cluster is unreachable, or rejects the request.</exception>
    /// <exception cref="ConfigurationException">The cluster is another product than configured.</exception>
    public static async Task<EvaluationCluster> ConnectAsync(UpstreamClient upstream, ClusterSettings settings, CancellationToken cancellationToken)
    {
        EvaluationCluster cluster = new(upstream, settings);
        JsonElement version;
        try
        {
            version = await cluster.ReadVersionAsync(cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new EvaluationException($"{Node(settings)} does not answer ({exception.Message}); start the cluster, or correct the address", exception);
        }

        EngineDialect found = version.TryGetProperty("distribution", out JsonElement distribution) && distribution.GetString() == "opensearch"
            ? EngineDialect.OpenSearch
            : EngineDialect.Elasticsearch;
        if (found != settings.Dialect)
        {
            throw new ConfigurationException($"{Node(settings)} is {found}: name it with --{found.ToString().ToLowerInvariant()}");
        }

        cluster.Version = version.GetProperty("number").GetString()!;
        return cluster;
    }

    /// <summary>Sends a request and reads its reply.</summary>
    /// <exception cref="EvaluationException">The cluster refused; the message holds its reason.</exception>
    /// <exception cref="HttpRequestException">The cluster cannot be reached.</exception>
    public async Task<JsonElement> SendAsync(HttpMethod method, string pathAndQuery, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        UpstreamReply reply = await _upstream.SendAsync(method, pathAndQuery, Headers, body, cancellationToken);
        return reply.IsSuccess
            ? JsonElement.Parse(reply.Body)
            : throw new EvaluationException($"{method} {Node(Settings)}{pathAndQuery.TrimStart('/')}: status {reply.StatusCode}, {Reason(reply.Body)}");
    }

    /// <summary>What the root says of the version: an object that holds a number.</summary>
    private async Task<JsonElement> ReadVersionAsync(CancellationToken cancellationToken)
    {
        UpstreamReply reply = await _upstream.SendAsync(HttpMethod.Get, "/", Headers, default, cancellationToken);
        if (!reply.IsSuccess && reply.StatusCode != StatusCodes.Status404NotFound)
        {
            throw new EvaluationException($"GET {Node(Settings)}: status {reply.StatusCode}, {Reason(reply.Body)}");
        }

        try
        {
            JsonElement root = JsonElement.Parse(reply.Body);
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("version", out JsonElement version)
                && version.ValueKind == JsonValueKind.Object && version.TryGetProperty("number", out _))
            {
                return version;
            }
        }
        catch (JsonException)
        {
            // Not JSON, such as a web page; reported below.
        }

        throw new ConfigurationException(
            $"--{Settings.Dialect.ToString().ToLowerInvariant()}: what answers at {Node(Settings)} is neither Elasticsearch nor OpenSearch; "
            + "correct the address");
    }

    /// <summary>Whether there is such an index.</summary>
    public async Task<bool> HasIndexAsync(string index, CancellationToken cancellationToken)
    {
        UpstreamReply reply = await _upstream.SendAsync(HttpMethod.Get, "/" + index, Headers, default, cancellationToken);
        return reply.StatusCode == 404 ? false
            : reply.IsSuccess ? true
            : throw new EvaluationException($"GET {Node(Settings)}{index}: status {reply.StatusCode}, {Reason(reply.Body)}");
    }

    private static string Reason(byte[] body)
    {
        const int Most = 500;
        string text = Encoding.UTF8.GetString(body);
        try
        {
            JsonElement error = JsonElement.Parse(text).GetProperty("error");
            text = error.ValueKind == JsonValueKind.Object ? error.GetProperty("reason").GetString() ?? text : error.ToString();
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            // Not an error in the format of the two products; the text is shown unchanged.
        }

        return text.Length <= Most ? text : text[..Most] + "…";
    }

    private static IHeaderDictionary Caller(Uri url)
    {
        IHeaderDictionary headers = new HeaderDictionary();
        if (url.UserInfo.Length > 0)
        {
            headers.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)));
        }

        return headers;
    }
}
