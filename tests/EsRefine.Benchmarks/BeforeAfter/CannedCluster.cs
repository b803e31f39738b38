using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>
/// What stands behind both sidecars: a cluster with one index of 384-dimensional vectors, and a chat model. Every answer is fixed and made beforehand,
/// so that it costs both sidecars the same and this process almost nothing.
/// </summary>
internal sealed class CannedCluster
{
    public const int Dimensions = 384;

    /// <summary>Hits of a client's page. A search for another number is the sidecar's own sample.</summary>
    public const int PageSize = 10;

    public const int SampleSize = 20;

    private static readonly byte[] Mapping = Reply("""
        {"articles":{"mappings":{"properties":{"title":{"type":"text"},"body":{"type":"text"},"published":{"type":"date"},
        "vector":{"type":"dense_vector","dims":384,"index":true,"similarity":"cosine","index_options":{"type":"int8_hnsw","m":16,"ef_construction":100}}}}}}
        """);

    private static readonly byte[] Health = Reply("""[{"epoch":"1700000000","timestamp":"12:00:00","cluster":"c","status":"green","node.total":"1"}]""");
    private static readonly byte[] Page = Reply(Hits(PageSize, withVectors: false));
    private static readonly byte[] Sample = Reply(Hits(SampleSize, withVectors: true));
    private static readonly byte[] Pages = Reply(
        $$"""{"took":4,"responses":[{{string.Join(',', Enumerable.Repeat(Hits(PageSize, withVectors: false), Scenario.SearchesOfMultiSearch))}}]}""");

    private static readonly byte[] Yes = Reply(Completion(yes: 0.9));
    private static readonly byte[] No = Reply(Completion(yes: 0.1));

    private readonly TcpListener _listener;

    private CannedCluster(TcpListener listener)
    {
        _listener = listener;
    }

    /// <summary>The cluster's URL; the model's is the same with <c>/v1</c> behind it.</summary>
    public string Url => $"http://{_listener.LocalEndpoint}";

    /// <summary>Answers on a free port of the loopback until the process ends.</summary>
    public static CannedCluster Start()
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        CannedCluster cluster = new(listener);
        _ = cluster.AcceptAsync();
        return cluster;
    }

    /// <summary>Id of a hit; the relevant ones, of which there are as many as others, have even numbers.</summary>
    public static string IdOf(int hit) => string.Create(CultureInfo.InvariantCulture, $"article-{hit:000}");

    /// <summary>A unit vector as JSON, with as many digits as clients write for float32; always the same for one seed.</summary>
    public static string VectorOf(int seed, int dimensions = Dimensions)
    {
        Random random = new(seed);
        double[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => random.NextDouble() - 0.45)];
        double norm = Math.Sqrt(vector.Sum(static component => component * component));
        return $"[{string.Join(',', vector.Select(component => ((float)(component / norm)).ToString("R", CultureInfo.InvariantCulture)))}]";
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = AnswerAsync(await _listener.AcceptSocketAsync());
        }
    }

    private static async Task AnswerAsync(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            HttpMessageReader requests = new(connection);
            try
            {
                while (await requests.ReadAsync())
                {
                    await connection.SendAsync(AnswerTo(requests.Head, requests.Body));
                }
            }
            catch (SocketException)
            {
                // A sidecar has been ended with its connections open.
            }
        }
    }

    private static byte[] AnswerTo(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> line = head[..head.IndexOf((byte)'\r')];
        if (line.IndexOf("/_msearch "u8) >= 0)
        {
            return Pages;
        }

        if (line.IndexOf("/_search "u8) >= 0)
        {
            return body.IndexOf(Scenario.SizeOfPage) >= 0 ? Page : Sample;
        }

        if (line.IndexOf("/_mapping "u8) >= 0)
        {
            return Mapping;
        }

        return line.IndexOf("/chat/completions "u8) < 0 ? Health : body.IndexOf("odd"u8) >= 0 ? No : Yes;
    }

    private static string Hits(int count, bool withVectors)
    {
        IEnumerable<string> hits = Enumerable.Range(0, count).Select(i =>
        {
            string parity = i % 2 == 0 ? "even" : "odd";
            string text = string.Join(' ', Enumerable.Repeat($"{parity} words about what was asked, as article {i} has them.", 8));
            string source = withVectors ? $$"""{"title":"Article {{i}}","body":"{{text}}"}""" : $$"""{"title":"Article {{i}}"}""";
            string fields = withVectors ? $$""","fields":{"vector":[{{VectorOf(1000 + i)}}]}""" : "";
            string score = (0.95 - 0.01 * i).ToString("0.0#######", CultureInfo.InvariantCulture);
            return $$"""{"_index":"articles","_id":"{{IdOf(i)}}","_score":{{score}}{{fields}},"_source":{{source}} }""";
        });
        return $$$"""
            {"took":4,"timed_out":false,"_shards":{"total":1,"successful":1,"skipped":0,"failed":0},"status":200,
            "hits":{"max_score":0.95,"hits":[{{{string.Join(',', hits)}}}]}}
            """;
    }

    private static string Completion(double yes)
    {
        IEnumerable<(string, double)> others = Enumerable.Range(0, 18).Select(static i => ($"w{i}", 0.001));
        (string Token, double Probability)[] tokens = [("yes", yes * 0.98), ("no", (1 - yes) * 0.98), .. others];
        string alternatives = string.Join(',', tokens.OrderByDescending(static token => token.Probability).Select(static token =>
            $$"""{"token":"{{token.Token}}","logprob":{{Math.Log(token.Probability).ToString("R", CultureInfo.InvariantCulture)}},"bytes":null}"""));
        string likeliest = yes > 0.5 ? "yes" : "no";
        return $$$"""
            {"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"stop",
            "message":{"role":"assistant","content":"{{{likeliest}}}"},
            "logprobs":{"content":[{"token":"{{{likeliest}}}","bytes":null,"logprob":-0.1,"top_logprobs":[{{{alternatives}}}]}]}}],
            "usage":{"prompt_tokens":200,"completion_tokens":1}}
            """;
    }

    private static byte[] Reply(string json)
    {
        string headers = $"X-elastic-product: Elasticsearch\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}";
        return Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{json}");
    }
}
