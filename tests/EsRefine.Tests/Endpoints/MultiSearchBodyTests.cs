using System.Text;
using CsCheck;
using EsRefine.Endpoints;
using Xunit;

namespace EsRefine.Tests.Endpoints;

public sealed class MultiSearchBodyTests
{
    private static readonly string[] Tokens =
    [
        "\n", "\r", " ", "{}", "{", "}", "[", "\"index\"", ":", "\"a\"", ",", "null", "\\ud800", "\u00e9",
        "{\"index\":\"a\"}\n", "{\"knn\":{\"field\":\"v\",\"query_vector\":[1,2]}}\n",
    ];

    private static readonly Gen<string> Token = Gen.Int[0, Tokens.Length - 1].Select(static i => Tokens[i]);

    // What each body holds: settled on Elasticsearch 9.4.3 and OpenSearch 3.5.0, which differ in the first empty line and in trailing tokens only.
    [Theory]
    [InlineData("{}\nA\n", "A")]
    [InlineData("{}\nA\n{}\nB\n", "A B")]
    [InlineData("{}\nA\n\nB\n", "A B")]                  // an empty header says nothing
    [InlineData("\nA\n", "A")]                           // Elasticsearch: the first empty line is a header
    [InlineData("\n{}\nA\n", "A")]                       // OpenSearch: the first empty line is skipped
    [InlineData("\n\nA\n", "A")]                         // OpenSearch: skipped, then an empty header
    [InlineData("\nA\n{}\nB\n", "A B")]
    [InlineData("\n{}\nA\n\nB\n", "A B")]
    [InlineData("{}\r\nA\r\n", "A\r")]
    [InlineData("{}\r\nA\r\n\r\nB\r\n", "A\r B\r")]
    [InlineData(" \t\nA\n", "A")]
    [InlineData("{}\nA\n{}\n", "A")]                     // a header without a body at the very end is ignored
    [InlineData("{}\nA\n\n", "A")]
    [InlineData("{}\n", "")]
    [InlineData("", "")]
    [InlineData("{}\n\n{}\nA\n", null)]                // an empty search
    [InlineData("{}\nA", null)]                          // no last newline
    [InlineData("{}\nA\n{}", null)]
    [InlineData("{}\nA\n{}\nB", null)]
    [InlineData("{}", null)]
    [InlineData("A\nA\n", null)]                         // a search where a header should be
    [InlineData("{}{}\nA\n", null)]
    [InlineData("[]\nA\n", null)]
    [InlineData("\"a\"\nA\n", null)]
    [InlineData("/**/{}\nA\n", null)]
    [InlineData("\ufeff{}\nA\n", null)]
    [InlineData(":)\n\u0005\nA\n", null)]                // SMILE
    public void Lines_are_read_as_the_engines_read_them(string body, string? searches)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(Spelled(body)!);
        string? read = MultiSearchBody.Read(bytes) is { } items ? string.Join(' ', items.Select(item => Encoding.UTF8.GetString(item.Body.Span))) : null;
        Assert.Equal(Spelled(searches), read);

        static string? Spelled(string? lines) =>
            lines?.Replace("A", """{"knn":"a"}""", StringComparison.Ordinal).Replace("B", """{"knn":"b"}""", StringComparison.Ordinal);
    }

    [Fact]
    public void Body_of_too_many_searches_is_left_alone()
    {
        Assert.Equal(MultiSearchBody.MaxSearches, MultiSearchBody.Read(BodyOf(MultiSearchBody.MaxSearches))!.Count);
        Assert.Null(MultiSearchBody.Read(BodyOf(MultiSearchBody.MaxSearches + 1)));

        static byte[] BodyOf(int searches) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\n{}\n", searches)));
    }

    [Theory]
    [InlineData("""{"index":"a"}""", "a")]
    [InlineData("""{"index":["a","b*","-c"]}""", "a,b*,-c")]
    [InlineData("""{"index":"a,b"}""", "a,b")]
    [InlineData("""{"indices":["a"],"index":"b"}""", "b")]
    [InlineData("""{"index":[]}""", "")]
    [InlineData("""{"index":""}""", "")]
    [InlineData("""{"index":5}""", "5")]
    [InlineData("""{"\u0069ndex":"caf\u00e9"}""", "café")]
    [InlineData("{}", null)]
    public void Indices_of_a_line(string header, string? indices) => Assert.Equal(indices, MultiSearchHeader.Read(Encoding.UTF8.GetBytes(header))!.Indices);

    [Theory]
    [InlineData("<logs-{now/d}>,a", "%3Clogs-%7Bnow%2Fd%7D%3E,a")]
    [InlineData("remote:logs*", "remote%3Alogs*")]
    [InlineData("café", "caf%C3%A9")]
    [InlineData("_all", "_all")]
    [InlineData("", "")]
    [InlineData("..", null)]
    [InlineData("_scripts", null)]
    [InlineData("_all,a", null)]
    [InlineData("a/../b", "a%2F..%2Fb")]
    public void Names_become_a_segment_of_a_path_and_never_more(string names, string? segment) => Assert.Equal(segment, IndexExpression.OfNames(names));

    [Theory]
    [InlineData("{}", "?a=1&routing=u", "?a=1&routing=u")]
    [InlineData("""{"routing":"x y&z"}""", "?a=1&routing=u&routing=v", "?a=1&routing=x%20y%26z")]
    [InlineData("""{"routing":5,"preference":"_local"}""", "", "?routing=5&preference=_local")]
    [InlineData("""{"routing":null}""", "?routing=u", "")]
    [InlineData("""{"expandWildcards":["open","hidden"],"phase_took":true}""", "?expand_wildcards=none", "?expand_wildcards=open%2Chidden&phase_took=true")]
    [InlineData("""{"searchType":"a","search_type":"b"}""", "", "?search_type=b")]
    public void Values_of_a_line_go_over_those_of_the_URL(string header, string queryString, string merged) =>
        Assert.Equal(merged, MultiSearchHeader.Read(Encoding.UTF8.GetBytes(header))!.Over(queryString));

    [Theory]
    [InlineData("""{"foo":1}""")]
    [InlineData("""{"index":"a","index":"b"}""")]
    [InlineData("""{"index":null}""")]
    [InlineData("""{"index":{"a":1}}""")]
    [InlineData("""{"index":[["a"]]}""")]
    [InlineData("""{"allowPartialSearchResults":true}""")]
    [InlineData("""{"index":"\ud800"}""")]
    [InlineData("""{"query":{"match_all":{}}}""")]
    public void Header_the_cluster_refuses_is_refused(string header) => Assert.Null(MultiSearchHeader.Read(Encoding.UTF8.GetBytes(header)));

    [Fact]
    public void Random_lines_are_never_a_fault() =>
        Token.Array[0, 40].Sample(static tokens => Check(Encoding.UTF8.GetBytes(string.Concat(tokens))), iter: 20_000, threads: 1);

    [Fact]
    public void Random_bytes_are_never_a_fault() => Gen.Byte.Array[0, 200].Sample(Check, iter: 5_000, threads: 1);

    /// <summary>Lines lie in the body, in order, and each is ended by a newline and holds none.</summary>
    private static void Check(byte[] body)
    {
        int end = 0;
        foreach (MultiSearchItem item in MultiSearchBody.Read(body) ?? [])
        {
            Assert.True(item.Body.Start > end || (end == 0 && item.Body.Start >= 1));
            Assert.Equal((byte)'\n', body[item.Body.Start - 1]);
            Assert.DoesNotContain((byte)'\n', item.Body.Span.ToArray());
            Assert.Equal((byte)'\n', body[item.Body.End]);
            end = item.Body.End;
        }
    }
}
