using System.Text;
using EsRefine.Sampling;
using EsRefine.Tests.Recognition;
using EsRefine.Upstream;
using EsRefine.Vectors;
using Xunit;

namespace EsRefine.Tests.Sampling;

/// <summary>What the sampling search looks like; that the engines understand it is for the tests on real ones.</summary>
public class SampleRequestTests
{
    private const string Start = """{"from":0,"size":20,"track_total_hits":false,""";

    [Fact]
    public void Exact_kNN_is_sampled_by_its_own_script_over_its_own_query()
    {
        const string Script = """{"source":"cosineSimilarity(params.q, 'v') + 1.0","params":{"q":[1,1]}}""";
        string body = SearchBody.Fill("""{"query":{"script_score":{"query":{"term":{"a":1}},"script":#,"min_score":1.5}}}""", Script);

        Assert.Equal(
            Start + SearchBody.Fill("""
            "query":{"script_score":{"query":{"bool":{"filter":[{"term":{"a":1}}],"must_not":[]}},"script":#}},"_source":["t"],"docvalue_fields":["v"]}
            """, Script),
            Write(body, nestedPath: null, "v", ["t"]));
    }

    [Theory]
    [InlineData("""{"query":{"script_score":{"query":{"match":{"t":"x"}},"script":#}},"post_filter":{"term":{"a":1}}}""", """{"match":{"t":"x"}}""")]
    [InlineData("""{"query":{"bool":{"must":{"function_score":{"script_score":{"script":#}}},"filter":{"term":{"a":1}}}}}""", """{"match_all":{}}""")]
    public void A_script_that_uses_the_score_is_sampled_over_what_gives_it(string frame, string scored)
    {
        const string Script = """{"source":"_score * cosineSimilarity(params.q, 'v')","params":{"q":[1,1]}}""";

        Assert.Equal(
            Start + SearchBody.Fill("""
            "query":{"script_score":{"query":{"bool":{"must":@,"filter":[{"term":{"a":1}}],"must_not":[]}},"script":#}},"_source":["t"],"docvalue_fields":["v"]}
            """, Script).Replace("@", scored, StringComparison.Ordinal),
            Write(SearchBody.Fill(frame, Script), nestedPath: null, "v", ["t"]));
    }

    [Fact]
    public void A_clause_on_a_nested_field_brings_its_best_passage_and_what_is_demanded_of_the_hit_is_asked_of_the_hit()
    {
        Assert.Equal(
            Start + """
            "knn":{"field":"p.v","query_vector":[1,1],"k":100,"num_candidates":100,"filter":[{"term":{"p.a":1}}],"inner_hits":{"size":1,"_source":["p.t"],"docvalue_fields":["p.v"]}},
            """.TrimEnd() + """
            "post_filter":{"bool":{"filter":[{"term":{"b":2}}],"must_not":[]}},"_source":["title"]}
            """,
            Write(
                """{"knn":{"field":"p.v","query_vector":[1,1],"k":5,"num_candidates":50,"filter":[{"term":{"p.a":1}}]},"post_filter":{"term":{"b":2}}}""",
                "p", "p.v", ["title", "p.t"]));
    }

    [Fact]
    public void A_clause_in_a_nested_query_keeps_the_filters_of_passages_beside_it()
    {
        Assert.Equal(
            Start + """
            "query":{"nested":{"path":"p","score_mode":"max","query":{"bool":{"must":[{"knn":{"p.v":{"vector":[1,1],"k":100}}}],"filter":[],"must_not":[{"term":{"p.a":1}}]}},
            """.TrimEnd() + """
            "inner_hits":{"size":1,"_source":["p.t"]}}},"_source":["p.v"]}
            """,
            Write(
                """{"query":{"nested":{"path":"p","query":{"bool":{"must":{"knn":{"p.v":{"vector":[1,1],"min_score":0.5}}},"must_not":{"term":{"p.a":1}}}}}}}""",
                "p", "p.v", ["p.t"], EngineDialect.OpenSearch, VectorReading.Source));
    }

    [Fact]
    public void A_clause_on_semantic_text_brings_its_best_chunk_and_the_text_of_that()
    {
        Assert.Equal(
            Start + """
            "query":{"nested":{"path":"st.inference.chunks","score_mode":"max","ignore_unmapped":true,"query":{"knn":{"field":"st.inference.chunks.embeddings","query_vector":[1,1],
            """.TrimEnd() + """
            "k":100,"num_candidates":100,"filter":{"term":{"a":1}}}},"inner_hits":{"size":1,"_source":false,"docvalue_fields":["st.inference.chunks.embeddings"]}}},
            """.TrimEnd() + """
            "post_filter":{"bool":{"filter":[{"term":{"b":2}}],"must_not":[]}},"_source":["title"],
            """.TrimEnd() + """
            "highlight":{"fields":{"st":{"type":"semantic","number_of_fragments":1,"order":"score"}}}}
            """,
            Write(
                """{"query":{"bool":{"must":{"knn":{"field":"st","query_vector":[1,1],"filter":{"term":{"a":1}}}},"filter":{"term":{"b":2}}}}}""",
                "st.inference.chunks", "st.inference.chunks.embeddings", ["title", "st"], semanticField: "st"));
    }

    [Fact]
    public void A_script_that_reads_vectors_copies_them()
    {
        string sample = Write("""{"knn":{"field":"v","query_vector":[1,1]}}""", nestedPath: null, "v", [], reading: VectorReading.Script);

        Assert.EndsWith(
            """
            "_source":false,"script_fields":{"v":{"script":{"source":"List v = []; if (doc[params.field].size() \u003E 0) { for (def c : doc[params.field].vectorValue) { v.add(c); } } return v;","params":{"field":"v"}}}}}
            """,
            sample, StringComparison.Ordinal);
    }

    private static string Write(
        string json, string? nestedPath, string field, string[] textFields,
        EngineDialect dialect = EngineDialect.Elasticsearch, VectorReading reading = VectorReading.DocValues, string? semanticField = null)
    {
        SearchBody body = new(json);
        FieldMapping mapping = new()
        {
            Field = field,
            Dialect = dialect,
            ElementType = VectorElementType.Float,
            NestedPath = nestedPath,
            SemanticField = semanticField,
        };
        return Encoding.UTF8.GetString(SampleRequest.Write(new(body.Bytes, body.Search!, body.OnlyClause, mapping, [1, 1], textFields, 20), reading));
    }
}
