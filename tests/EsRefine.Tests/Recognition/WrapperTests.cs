using System.Text;
using CsCheck;
using EsRefine.Recognition;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class WrapperTests
{
    private const string Knn = """{"knn":{"field":"vec","query_vector":[0.1,0.2],"k":10,"num_candidates":100}}""";
    private const string Clause = """ "knn":{"field":"vec","query_vector":[1,2]}""";
    private const string Term = """{"term":{"a":1}}""";

    [Theory]
    [InlineData("""{"query":#}""")]
    [InlineData("""{"query":{"bool":{"must":#,"filter":{"term":{"a":1}}}}}""")]
    [InlineData("""{"query":{"bool":{"should":[#,{"match":{"t":"x"}}]}}}""")]
    [InlineData("""{"query":{"nested":{"path":"p","query":#}}}""")]
    [InlineData("""{"query":{"dis_max":{"queries":[{"match":{"t":"x"}},#]}}}""")]
    [InlineData("""{"query":{"function_score":{"query":#,"functions":[{"weight":2}]}}}""")]
    [InlineData("""{"query":{"boosting":{"positive":#,"negative":{"match":{"t":"x"}},"negative_boost":0.5}}}""")]
    [InlineData("""{"query":{"pinned":{"ids":["1"],"organic":#}}}""")]
    [InlineData("""{"query":{"hybrid":{"queries":[{"match":{"t":"x"}},#]}}}""")]
    [InlineData("""{"retriever":{"standard":{"query":#,"filter":[{"term":{"a":1}}]}}}""")]
    [InlineData("""{"sub_searches":[{"query":#}]}""")]
    [InlineData("""{"query":{"script_score":{"query":#,"script":{"source":"_score"}}}}""")]
    public void Clause_in_a_wrapper_is_recognized_in_every_slot_that_ranks_with_all_that_surrounds_it(string frame)
    {
        foreach (string query in new[] { Knn, """{"bool":{"must":[#],"filter":[{"term":{"b":2}}],"must_not":{"term":{"c":3}}}}""".Replace("#", Knn, StringComparison.Ordinal) })
        {
            var plain = new SearchBody(SearchBody.Fill(frame, query));
            var wrapped = new SearchBody(SearchBody.Fill(frame, SearchBody.Wrap(query)));

            Assert.Equal("[0.1,0.2]", wrapped.Vector(wrapped.OnlyClause));
            Assert.Equal(plain.Filters(plain.OnlyClause), wrapped.Filters(wrapped.OnlyClause));
            Assert.Equal((plain.OnlyClause.NestedPath, plain.Search!.LexicalText), (wrapped.OnlyClause.NestedPath, wrapped.Search!.LexicalText));
            Assert.Equal(Encoding.UTF8.GetBytes(SearchBody.Fill(frame, query)), wrapped.Search.Opened!.Bytes);
        }
    }

    [Theory]
    [InlineData(""" "query":{"bool":{"filter":#}}""")]
    [InlineData(""" "query":{"bool":{"must_not":[#]}}""")]
    [InlineData(""" "query":{"constant_score":{"filter":#}}""")]
    [InlineData(""" "post_filter":#""")]
    [InlineData(""" "rescore":{"query":{"rescore_query":#}}""")]
    [InlineData(""" "highlight":{"fields":{"t":{"highlight_query":#}}}""")]
    [InlineData(""" "aggs":{"a":{"filters":{"filters":{"n":#}}}}""")]
    [InlineData(""" "sort":[{"o.p":{"nested":{"path":"o","filter":#}}}]""")]
    [InlineData(""" "query":{"function_score":{"functions":[{"filter":#,"weight":2}]}}""")]
    public void Vector_in_a_wrapper_that_does_not_rank_is_noted(string place)
    {
        var body = new SearchBody("{" + Clause + "," + SearchBody.Fill(place, SearchBody.Wrap(Knn)) + "}");

        Assert.Equal("[1,2]", body.Vector(body.OnlyClause));
        Assert.Equal(["[0.1,0.2]"], body.OtherVectors);
    }

    [Fact]
    public void Filters_in_wrappers_are_filters_and_text_in_one_is_text_beside_the_clause()
    {
        var body = new SearchBody("""{"query":{"bool":{"must":[@,%],"filter":[#],"must_not":#}}}"""
            .Replace("@", SearchBody.Wrap("""{"match":{"t":"blue shoes"}}"""), StringComparison.Ordinal)
            .Replace("%", Knn, StringComparison.Ordinal)
            .Replace("#", SearchBody.Wrap(Term), StringComparison.Ordinal));

        Assert.Equal("blue shoes", body.Search!.LexicalText);
        Assert.Equal(["""{"match":{"t":"blue shoes"}}""", "[" + Term + "]", "!" + Term], body.Filters(body.OnlyClause));
    }

    [Fact]
    public void Wrappers_in_wrappers_are_opened_up_to_four_deep()
    {
        string query = Knn;
        for (int depth = 1; depth <= 4; depth++)
        {
            query = SearchBody.Wrap(query);
            Assert.Equal("[0.1,0.2]", new SearchBody("{\"query\":" + query + "}") is { } body ? body.Vector(body.OnlyClause) : null);
        }

        query = SearchBody.Wrap(query);
        Assert.Null(new SearchBody("{\"query\":" + query + "}").Search);
        Assert.True(new SearchBody("{\"post_filter\":" + query + "," + Clause + "}").Search!.HidesVectors);
    }

    // What the engines say to each of these was asked of both.
    [Theory]
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fQ==", true)]
    [InlineData("eyJ0ZXJtIjp7\\nImEiOjF9fQ==\\r\\n", true)]   // in lines, as MIME has it
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fQ\\u003d\\u003D", true)]
    [InlineData("\\u0065yJ0ZXJtIjp7ImEiOjF9fQ==", true)]
    [InlineData("eyJ0ZXJtIjp7IlwvPiI6MX19", true)]   // {"term":{"\/>":1}}
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fQ", false)]   // no padding: 400
    [InlineData("eyJ0ZXJtIjp7ImEiOjF9fQ=", false)]   // 400
    [InlineData("eyJ0ZXJtIjp7Im EiOjF9fQ==", false)]   // white space inside a group: 400
    [InlineData("eyJ0ZXJtIjp7Il8_IjoxfX0_", false)]   // the alphabet of URLs: 400
    [InlineData("", false)]
    [InlineData("!!!!", false)]
    [InlineData("\\ud800", false)]
    public void Base64_is_read_where_the_engines_read_it(string base64, bool isOpened)
    {
        var body = new SearchBody("{" + Clause + ""","post_filter":{"wrapper":{"query":"#"}}}""".Replace("#", base64, StringComparison.Ordinal));

        Assert.Equal(isOpened, !body.Search!.HidesVectors);
        Assert.Equal(isOpened, body.Search.Opened is not null);
    }

    // The engines read the first four, but not as strict JSON would be.
    [Theory]
    [InlineData("""{"term":{"a":1}} xyz""")]
    [InlineData("""{"term":{"a":1}},{"knn":{"field":"vec","query_vector":[1,2]}}""")]
    [InlineData("\uFEFF{\"term\":{\"a\":1}}")]
    [InlineData("---\nterm:\n  a: 1\n")]
    [InlineData("""{term:{"a":1}}""")]
    [InlineData("""[{"term":{"a":1}}]""")]
    [InlineData("\"x\"")]
    [InlineData("")]
    [InlineData("{")]
    public void Wrapper_of_anything_but_one_JSON_object_is_sealed(string content)
    {
        string wrapper = SearchBody.Wrap(content);

        Assert.True(new SearchBody("{" + Clause + ",\"post_filter\":" + wrapper + "}").Search!.HidesVectors);
        Assert.Null(new SearchBody("""{"query":{"bool":{"must":[#,@]}}}""".Replace("#", wrapper, StringComparison.Ordinal).Replace("@", SearchBody.Wrap(Knn), StringComparison.Ordinal)).Search);
    }

    [Theory]
    [InlineData("""{"wrapper":{"query":5}}""")]
    [InlineData("""{"wrapper":{"query":null}}""")]
    [InlineData("""{"wrapper":{"query":["e30="]}}""")]
    [InlineData("""{"wrapper":{"query":{"term":{"a":1}}}}""")]
    [InlineData("""{"wrapper":{"query":"eyJ0ZXJtIjp7ImEiOjF9fQ==","boost":2}}""")]
    [InlineData("""{"wrapper":{"query":"eyJ0ZXJtIjp7ImEiOjF9fQ==","query":"eyJ0ZXJtIjp7ImEiOjF9fQ=="}}""")]
    [InlineData("""{"wrapper":{}}""")]
    [InlineData("""{"wrapper":"eyJ0ZXJtIjp7ImEiOjF9fQ=="}""")]
    [InlineData("""{"wrapper":{"query":"eyJ0ZXJtIjp7ImEiOjF9fQ=="},"term":{"a":1}}""")]
    [InlineData("""{"wrapper":{"query":"eyJib29sIjp7Im11c3QiOnt9LCJtdXN0Ijp7fX19"}}""")]   // {"bool":{"must":{},"must":{}}}
    public void Wrapper_that_the_engines_refuse_passes_with_its_search(string wrapper)
    {
        Assert.Null(new SearchBody("{" + Clause + ",\"post_filter\":" + wrapper + "}").Search);
    }

    [Fact]
    public void Byte_scan_lets_wrappers_through_and_their_names_elsewhere_are_no_wrappers()
    {
        Assert.True(Recognizer.MayHoldKnn(Encoding.UTF8.GetBytes("{\"query\":" + SearchBody.Wrap(Knn) + "}")));
        Assert.Null(new SearchBody("{" + Clause + ""","ext":{"wrapper":{"query":"!"}},"query":{"term":{"wrapper":"x"}}}""").Search!.Opened);
    }

    [Fact]
    public void Edits_are_put_back_into_the_wrappers_they_came_from_and_nothing_else_changes()
    {
        string inner = $$""" { "bool":{"must":[{{SearchBody.Wrap("""{"knn":{"field":"a","query_vector":[1, 2]}}""")}},{{SearchBody.Wrap("""{"knn":{"field":"b","query_vector":[3]}}""")}}] } }""";
        var body = new SearchBody($$"""
            {"post_filter":{"wrapper":{"query":"eyJ0ZXJtIjp7\nImEiOjF9fQ\u003d=" } }, "query" : {{SearchBody.Wrap(inner)}},"knn":{"field":"vec","query_vector":[4]}, "x":1.0}
            """);
        KnnClause[] clauses = [.. body.Clauses];
        Assert.Equal(["[1, 2]", "[3]", "[4]"], clauses.Select(body.Vector));

        IReadOnlyList<BodyEdit> edits = body.Search!.Opened!.Close(
            [new(clauses[2].Vector.Range, "[5,5]"u8.ToArray()), new(clauses[0].Vector.Range, "[0.25,-1]"u8.ToArray())]);

        string closed = Encoding.UTF8.GetString(BodyEdits.Splice(body.Bytes, edits));
        string expected = inner.Replace(
            SearchBody.Wrap("""{"knn":{"field":"a","query_vector":[1, 2]}}"""), SearchBody.Wrap("""{"knn":{"field":"a","query_vector":[0.25,-1]}}"""), StringComparison.Ordinal);
        Assert.Equal($$"""
            {"post_filter":{"wrapper":{"query":"eyJ0ZXJtIjp7\nImEiOjF9fQ\u003d=" } }, "query" : {{SearchBody.Wrap(expected)}},"knn":{"field":"vec","query_vector":[5,5]}, "x":1.0}
            """, closed);
    }

    /// <summary>Queries wrapped at random: found and edited as where none is.</summary>
    [Fact]
    public void Searches_mean_the_same_however_their_queries_are_wrapped() =>
        Gen.Bool.Array[11].Sample(
            static wraps =>
            {
                int next = 0;
                var wrapped = new SearchBody(Write(query => wraps[next++] ? SearchBody.Wrap(query) : query));
                var plain = new SearchBody(Write(static query => query));

                Assert.Equal(Found(plain), Found(wrapped));
                SearchBody edited = new(Edited(wrapped, wrapped.Search!.Opened?.Close(Edits(wrapped)) ?? Edits(wrapped)));
                Assert.Equal(Edited(plain, Edits(plain)), Encoding.UTF8.GetString(edited.Search!.Opened?.Bytes ?? edited.Bytes));
            },
            iter: 500, threads: 1);

    private static string Write(Func<string, string> wrap)
    {
        string near = wrap("""{"knn":{"field":"a","query_vector":[1,2],"filter":#}}""".Replace("#", wrap(Term), StringComparison.Ordinal));
        string should = wrap("""{"bool":{"should":[@,#]}}""".Replace("@", near, StringComparison.Ordinal).Replace("#", wrap("""{"match":{"t":"x"}}"""), StringComparison.Ordinal));
        string nested = wrap("""{"nested":{"path":"p","query":#}}""".Replace("#", wrap("""{"knn":{"p.v":{"vector":[3],"k":1}}}"""), StringComparison.Ordinal));
        string both = wrap("{\"bool\":{\"must\":[" + should + "," + nested + "],\"filter\":[" + wrap(Term) + "]}}");
        return """{"knn":{"field":"a","query_vector":[1,2]},"post_filter":#,"query":@,"size":3}"""
            .Replace("#", wrap(Term), StringComparison.Ordinal).Replace("@", both, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Found(SearchBody body) =>
        body.Clauses
            .Select(clause => $"{clause.Field} {body.Vector(clause)} {clause.NestedPath} {string.Join(" & ", body.Filters(clause))}")
            .Append(body.Search!.LexicalText!);

    private static BodyEdit[] Edits(SearchBody body) =>
        [.. body.Clauses.Select(static (clause, i) => new BodyEdit(clause.Vector.Range, Encoding.UTF8.GetBytes($"[{i},1e-7]")))];

    private static string Edited(SearchBody body, IReadOnlyList<BodyEdit> edits) => Encoding.UTF8.GetString(BodyEdits.Splice(body.Bytes, edits));
}
