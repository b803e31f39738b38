using System.Globalization;
using System.Text;

namespace EsRefine.Benchmarks.BeforeAfter;

/// <summary>A kind of request, sent many times.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Request">The bytes of the whole request.</param>
/// <param name="Outcome">What the reply's <c>EsRefine</c> header begins with; null = there is none.</param>
/// <param name="IsJudgedByChat">Whether it goes to the sidecars with the chat judge.</param>
/// <param name="Changes">Offset of digits that count the requests, so that no two have one vector; null = all are alike.</param>
internal sealed record Scenario(string Name, byte[] Request, string? Outcome, bool IsJudgedByChat = false, int? Changes = null)
{
    public const int SearchesOfMultiSearch = 20;

    /// <summary>Digits that count: 10 million searches are told apart by the component 0.0NNNNNNN, also as float32.</summary>
    private const int Digits = 7;

    private const string Counted = "0.00000000";
    private const string Query = "what is asked";

    private readonly byte[] _outcome = Encoding.ASCII.GetBytes(Outcome ?? "");

    private static ReadOnlySpan<byte> OutcomeHeader => "\r\nEsRefine: "u8;

    /// <summary>What every client's search says and no sample does.</summary>
    public static ReadOnlySpan<byte> SizeOfPage => "\"size\":10,"u8;

    /// <summary>All, in the order of the table.</summary>
    public static IReadOnlyList<Scenario> All { get; } = [.. Create()];

    /// <summary>A search of the same size that holds nothing to recognize.</summary>
    public Scenario? Unrecognized { get; init; }

    /// <summary>Puts its number into a copy of the request, where requests are to differ.</summary>
    public void Write(byte[] request, long number)
    {
        if (Changes is { } start && !number.TryFormat(request.AsSpan(start, Digits), out _, "0000000", CultureInfo.InvariantCulture))
        {
            throw new InvalidOperationException($"more than {Math.Pow(10, Digits):0} requests");
        }
    }

    /// <summary>Refuses a reply that is another than the scenario is about.</summary>
    /// <exception cref="InvalidDataException">Another status than 200, or another outcome.</exception>
    public void Check(ReadOnlySpan<byte> head)
    {
        int start = head.IndexOf(OutcomeHeader);
        bool isExpected = Outcome is null ? start < 0 : start >= 0 && head[(start + OutcomeHeader.Length)..].StartsWith(_outcome);
        if (!isExpected || !head.StartsWith("HTTP/1.1 200 "u8))
        {
            throw new InvalidDataException($"{Name}: the outcome should be '{Outcome ?? "none"}', but the reply is\n{Encoding.Latin1.GetString(head)}");
        }
    }

    /// <summary>Labels for <see cref="Query"/> in the two files that the judge <c>qrels</c> reads.</summary>
    public static (string Queries, string Qrels) Labels()
    {
        IEnumerable<string> relevant = Enumerable.Range(0, CannedCluster.SampleSize).Where(static i => i % 2 == 0).Select(CannedCluster.IdOf);
        string lines = string.Concat(relevant.Select(static id => $"q1\t{id}\t1\n"));
        return ($$"""{"_id":"q1","text":"{{Query}}"}""" + "\n", "query-id\tcorpus-id\tscore\n" + lines);
    }

    private static IEnumerable<Scenario> Create()
    {
        yield return new("no search (`GET /_cat/health`)", Bytes("GET", "/_cat/health", null), null);
        foreach (int kilobytes in (int[])[4, 16])
        {
            Scenario unrecognized = new($"search without kNN, {kilobytes} KB", Search(Lexical(kilobytes * 1024)), null);
            yield return unrecognized;
            yield return new($"kNN seen, not refined, {kilobytes} KB", Search(Knn(kilobytes * 1024)), "no-query-text") { Unrecognized = unrecognized };
        }

        yield return new($"`_msearch` of {SearchesOfMultiSearch}, seen, not refined", MultiSearch(), $"no-query-text={SearchesOfMultiSearch}");
        yield return new("refined from the cache", Search(Body(CannedCluster.VectorOf(1)), Query), "refined-from-cache");
        yield return Fresh("fresh, judged by labels", isJudgedByChat: false);
        yield return Fresh("fresh, judged by chat, 20 calls", isJudgedByChat: true);
    }

    private static Scenario Fresh(string name, bool isJudgedByChat)
    {
        string vector = CannedCluster.VectorOf(1);
        byte[] request = Search(Body($"[{Counted}{vector[vector.IndexOf(',')..]}"), Query);
        int start = request.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Counted)) + Counted.Length - Digits;
        return new(name, request, "refined;", isJudgedByChat, start);
    }

    private static string Body(string vector) =>
        $$"""{"knn":{"field":"vector","query_vector":{{vector}},"k":10,"num_candidates":100},"size":10,"_source":["title"]}""";

    /// <summary>As many components as the size has room for: nothing compares them with the mapping, for without a text none is read.</summary>
    private static string Knn(int bytes)
    {
        string vector = CannedCluster.VectorOf(2, dimensions: bytes / 10);
        int excess = Body(vector).Length - bytes;
        return Body(vector[..vector.LastIndexOf(',', vector.Length - 1 - Math.Max(0, excess))] + "]");
    }

    /// <summary>Of the same size, and as many numbers in it.</summary>
    private static string Lexical(int bytes)
    {
        string terms = Knn(bytes);
        terms = terms[terms.IndexOf('[', StringComparison.Ordinal)..(terms.IndexOf(']', StringComparison.Ordinal) + 1)];
        return $$"""{"query":{"terms":{"price":{{terms}} } },"size":10,"_source":["title"]}""";
    }

    private static byte[] Search(string body, string? query = null) => Bytes("POST", "/articles/_search", body, query);

    private static byte[] MultiSearch() => Bytes(
        "POST",
        "/articles/_msearch",
        string.Concat(Enumerable.Range(0, SearchesOfMultiSearch).Select(static i => "{}\n" + Body(CannedCluster.VectorOf(i)) + "\n")),
        type: "application/x-ndjson");

    private static byte[] Bytes(string method, string path, string? body, string? query = null, string type = "application/json")
    {
        string client = "User-Agent: elasticsearch-py/9.1.0\r\nAccept: application/json\r\nX-Elastic-Client-Meta: es=9.1.0,py=3.12.3,t=9.1.0\r\n";
        string text = query is null ? "" : $"EsRefine-Query: {Uri.EscapeDataString(query)}\r\n";
        string content = body is null ? "" : $"Content-Type: {type}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n";
        return Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{client}{text}{content}\r\n{body}");
    }
}
