using EsRefine.Recognition;
using EsRefine.Refinement;
using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class ScriptTests
{
    [Fact]
    public void Knn_score_of_OpenSearch_is_recognized_by_its_parameters()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"query":{"bool":{"filter":{"term":{"t":1}}}},"script":{"lang":"knn","source":"knn_score",
                "params":{"field":"vec","query_value":[2,3],"space_type":"l2"}}}}}
                """);

        KnnClause clause = body.OnlyClause;
        Assert.Equal((EngineDialect.OpenSearch, KnnClauseForm.Script, "vec"), (clause.Dialect, clause.Form, clause.Field));
        Assert.Equal(VectorSimilarity.L2Norm, clause.Script!.Function.Similarity());
        Assert.Equal("[2,3]", SearchBody.Vector(clause));
        Assert.Equal(["""{"bool":{"filter":{"term":{"t":1}}}}"""], SearchBody.Filters(clause));
    }

    [Fact]
    public void Field_named_by_a_parameter_is_followed()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"1.0 + cosineSimilarity(params.query_value, doc[params.field])",
                "params":{"field":"vec","query_value":[2,3]}}}}}
                """);

        Assert.Equal((EngineDialect.OpenSearch, "vec"), (body.OnlyClause.Dialect, body.OnlyClause.Field));
    }

    [Theory]
    [InlineData("l1", VectorFunction.ManhattanDistance)]
    [InlineData("linf", VectorFunction.LargestDifference)]
    [InlineData("INNERPRODUCT", VectorFunction.DotProduct)]
    [InlineData("cosinesimil", VectorFunction.Cosine)]
    internal void Spaces_of_knn_score_are_told_apart(string space, VectorFunction function)
    {
        KnnClause clause = InScriptScore(SearchBody.Fill("""{"lang":"knn","inline":"knn_score","params":{"field":"vec","query_value":[2,3],"space_type":"#"}}""", space)).OnlyClause;

        Assert.Equal((KnnClauseForm.Script, function), (clause.Form, clause.Script!.Function));
    }

    [Theory]
    [InlineData("def q = params.q; cosineSimilarity(q, 'vec')")]
    [InlineData("List q = params.get('q'); String f = 'vec'; return cosineSimilarity(q, f) + 1.0;")]
    [InlineData("def p = params; cosineSimilarity(p['q'], params.f)")]
    [InlineData("def p = params.more; cosineSimilarity(p.q, 'vec')")]
    [InlineData("cosineSimilarity(params.more.q, doc['vec'])")]
    [InlineData("cosineSimilarity(params['more'].get('q'), doc.get(params.more.f))")]
    [InlineData("cosineSimilarity((List) params?.q, doc.vec)")]
    [InlineData("def d = doc[params.f]; d.size() == 0 ? 0 : cosineSimilarity(params.q, d)")]
    [InlineData("field('vec').get(null).cosineSimilarity(params.q)")]
    [InlineData("def d = field(params.f).get(null); if (d.isEmpty()) { return 0; } else { return d.cosineSimilarity(params.q); }")]
    [InlineData("// cosineSimilarity(params.r, 'other')\\nreturn /* hamming(params.q, 'vec') */ cosineSimilarity(params.q,\\n 'vec');")]
    [InlineData("String s = 'cosineSimilarity(params.r, \\\\\\u0027other\\\\\\u0027)'; cosineSimilarity(params.q, \\\"vec\\\")")]
    [InlineData("cosineSimilarity(params.q, 'vec') + cosineSimilarity(params.q, 'vec') * 0.5")]
    public void Vectors_and_fields_are_traced_to_their_parameters(string source)
    {
        SearchBody body = InScriptScore(SearchBody.Fill("""{"source":"#","params":{"q":[1,2],"f":"vec","more":{"q":[1,2],"f":"vec"}}}""", source));

        KnnClause clause = body.OnlyClause;
        Assert.Equal((KnnClauseForm.Script, "vec", VectorFunction.Cosine), (clause.Form, clause.Field, clause.Script?.Function));
        Assert.Equal("[1,2]", SearchBody.Vector(clause));
        Assert.Equal(["[1,2]"], body.OtherVectors);   // the one in the object, or the one outside
    }

    [Theory]
    [InlineData("l1norm(params.q, 'vec')", VectorFunction.ManhattanDistance)]
    [InlineData("l1Norm(params.q, doc['vec'])", VectorFunction.ManhattanDistance)]
    [InlineData("lInfNorm(params.q, doc['vec'])", VectorFunction.LargestDifference)]
    [InlineData("innerProduct(params.q, doc['vec'])", VectorFunction.DotProduct)]
    [InlineData("field('vec').get(null).l2Norm(params.q)", VectorFunction.EuclideanDistance)]
    [InlineData("cosineSimilarity(params.q, doc['vec'], 1.41f)", VectorFunction.DotProduct)]
    [InlineData("cosineSimilarity(params.q, 'vec') + 0.2 * dotProduct(params.q, 'vec')", VectorFunction.DotProduct)]
    [InlineData("l2norm(params.q, 'vec') + cosineSimilarity(params.q, 'vec')", VectorFunction.EuclideanDistance)]
    internal void Functions_are_told_apart_and_one_that_sees_the_length_goes_first(string source, VectorFunction function)
    {
        KnnClause clause = InScriptScore(SearchBody.Fill("""{"source":"#","params":{"q":[1,2]}}""", source)).OnlyClause;

        Assert.Equal((KnnClauseForm.Script, function), (clause.Form, clause.Script!.Function));
    }

    [Fact]
    public void Every_vector_of_a_script_is_a_clause_on_its_field()
    {
        SearchBody body = InScriptScore(
            """{"source":"dotProduct(params.q,'title')+cosineSimilarity(params.r,'body')+cosineSimilarity(params.s,'body')","params":{"q":[1,2],"r":[3,4],"s":[5,6]}}""");

        Assert.Equal([("title", "[1,2]"), ("body", "[3,4]"), ("body", "[5,6]")], body.Clauses.Select(clause => (clause.Field, SearchBody.Vector(clause))));
        Assert.Single(body.Clauses.Select(static clause => clause.Script!.Json).Distinct());
    }

    [Fact]
    public void One_vector_for_several_fields_is_refined_for_the_first()
    {
        SearchBody body = InScriptScore("""{"source":"cosineSimilarity(params.q,'title')+cosineSimilarity(params.q,'body')","params":{"q":[1,2]}}""");

        Assert.Equal((KnnClauseForm.Script, "title"), (body.OnlyClause.Form, body.OnlyClause.Field));
        Assert.Empty(body.OtherVectors);
    }

    [Theory]
    [InlineData(""" "knn":{"field":"body","query_vector":[1,2]}""")]
    [InlineData(""" "script_fields":{"b":{"script":{"source":"cosineSimilarity(params.q,'body')","params":{"q":[1,2]}}}}""")]
    public void One_vector_for_several_fields_is_left_where_another_belongs_to_one_of_them(string beside)
    {
        SearchBody body = new("""
            {"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"cosineSimilarity(params.q,'title')+cosineSimilarity(params.q,'body')","params":{"q":[1,2]}}}},
            """ + beside + "}");

        Assert.DoesNotContain(body.Clauses, static clause => clause.Form == KnnClauseForm.Script);
        Assert.Contains(body.Search!.OtherVectors, static vector => vector.Field is null);
    }

    [Theory]
    [InlineData("""{"lang":"knn","source":"knn_score","params":{"field":"vec","query_value":"AQ==","space_type":"hammingbit"}}""", 0)]
    [InlineData("""{"lang":"knn","source":"knn_score","params":{"field":"vec","query_value":23,"space_type":"hammingbit"}}""", 0)]
    [InlineData("""{"lang":"knn","source":"knn_score","params":{"field":"vec","query_value":[1,2],"space_type":"hamming"}}""", 1)]
    [InlineData("""{"source":"hamming(params.q,'vec')","params":{"q":[1,2]}}""", 1)]
    [InlineData("""{"source":"hamming(params.q,'vec')+dotProduct(params.q,'vec')","params":{"q":[1,2]}}""", 1)]
    [InlineData("""{"source":"maxSimDotProduct(params.q,'vec')","params":{"q":[[1,2],[3,4]]}}""", 0)]
    [InlineData("""{"source":"maxSimInvHamming(params.q,'vec')","params":{"q":["0f"]}}""", 0)]
    [InlineData("""{"source":"cosineSimilarity(params.other,'vec')","params":{"q":[1,2]}}""", 1)]
    [InlineData("""{"source":"cosineSimilarity(params.q[0],'vec')","params":{"q":[[1,2]]}}""", 0)]
    [InlineData("""{"source":"cosineSimilarity([1.0,2.0],'vec')"}""", 0)]
    [InlineData("""{"source":"def q = params.q; q = params.r; cosineSimilarity(q,'vec')","params":{"q":[1,2],"r":[3,4]}}""", 2)]
    [InlineData("""{"source":"def s = 0; for (f in params.fields) { s += cosineSimilarity(params.q,f) } return s;","params":{"q":[1,2],"fields":["vec"]}}""", 1)]
    [InlineData("""{"source":"double f(def q) { return dotProduct(q,'vec'); } return f(params.q);","params":{"q":[1,2]}}""", 1)]
    [InlineData("""{"source":"float s = 0; for (int i = 0; i < 2; i++) { s += doc['vec'].vectorValue[i] * params.q[i]; } return s;","params":{"q":[1,2]}}""", 1)]
    public void Scripts_that_rank_by_vectors_in_another_way_say_why_they_are_not_refined(string script, int vectors)
    {
        SearchBody body = InScriptScore(script);

        Assert.Equal(KnnClauseForm.OpaqueScript, body.OnlyClause.Form);
        Assert.False(body.OnlyClause.HoldsVector);
        Assert.NotEmpty(body.OnlyClause.ReasonNotRefined!);
        Assert.Equal(vectors, body.OtherVectors.Length);
    }

    [Theory]
    [InlineData("""{"source":"// cosineSimilarity(params.q,'vec')\n1","params":{"q":[1,2]}}""")]
    [InlineData("""{"source":"'dotProduct(params.q,\"vec\")'.length()","params":{"q":[1,2]}}""")]
    [InlineData("""{"source":"doc['n'].value * params.q[0]","params":{"q":[1,2]}}""")]
    [InlineData("""{"id":"stored","params":{"q":[1,2]}}""")]
    [InlineData("""{"lang":"expression","source":"n * 2","params":{"q":[1,2]}}""")]
    [InlineData("\"_score * 2\"")]
    public void Scripts_that_compare_no_vectors_are_left_alone(string script)
    {
        Assert.Null(InScriptScore(script).Search);
        Assert.Null(new SearchBody(SearchBody.Fill("""{"query":{"function_score":{"script_score":{"script":#}}}}""", script)).Search);
    }

    [Fact]
    public void Script_that_uses_the_score_is_asked_over_the_client_s_own_query()
    {
        const string Frame = """{"query":{"bool":{"filter":{"term":{"a":1}},"must":{"script_score":{"query":{"match":{"t":"x"}},"script":{"source":"@cosineSimilarity(params.q,'vec')","params":{"q":[1,2]}}}}}}}""";

        SearchBody body = new(Frame.Replace("@", "_score * ", StringComparison.Ordinal));
        Assert.Equal("""{"match":{"t":"x"}}""", SearchBody.Text(body.OnlyClause.Script!.ScoredQuery));
        Assert.Equal(["""{"term":{"a":1}}"""], SearchBody.Filters(body.OnlyClause));
        Assert.Equal("x", body.Search!.LexicalText);

        SearchBody without = new(Frame.Replace("@", "/* _score */ ", StringComparison.Ordinal));
        Assert.True(without.OnlyClause.Script!.ScoredQuery.IsMissing);
        Assert.Equal(["""{"match":{"t":"x"}}""", """{"term":{"a":1}}"""], SearchBody.Filters(without.OnlyClause));
    }

    [Fact]
    public void Functions_of_function_score_are_clauses_over_its_query_and_their_filters()
    {
        SearchBody body = new(
            """
            {"query":{"bool":{"must":[{"function_score":{"functions":[
              {"filter":{"term":{"a":1}},"script_score":{"script":{"source":"1+cosineSimilarity(params.q,'vec')","params":{"q":[1,2]}}},"weight":2},
              {"script_score":{"script":{"source":"_score+dotProduct(params.q,'w')","params":{"q":[3,4]}}}},
              {"weight":3}],"query":{"match":{"t":"x"}},"min_score":1}}],"filter":{"term":{"b":2}}}}}
            """);

        Assert.Equal([("vec", "[1,2]"), ("w", "[3,4]")], body.Clauses.Select(clause => (clause.Field, SearchBody.Vector(clause))));
        Assert.Equal(["""{"term":{"a":1}}""", """{"match":{"t":"x"}}""", """{"term":{"b":2}}"""], SearchBody.Filters(body.Clauses[0]));
        Assert.Equal(["""{"term":{"b":2}}"""], SearchBody.Filters(body.Clauses[1]));
        Assert.Equal("""{"match":{"t":"x"}}""", SearchBody.Text(body.Clauses[1].Script!.ScoredQuery));
        Assert.All(body.Clauses, static clause => Assert.True(clause.IsRadial));
    }

    [Theory]
    [InlineData("""{"query":{"function_score":{"query":{"knn":{"field":"vec","query_vector":[3,4]}},"script_score":@}}}""")]
    [InlineData("""{"query":{"bool":{"should":[{"function_score":{"script_score":@}},{"knn":{"field":"vec","query_vector":[3,4]}}]}}}""")]
    [InlineData("""{"query":{"script_score":{"query":{"function_score":{"script_score":@}},"script":{"source":"dotProduct(params.q,'vec')","params":{"q":[3,4]}}}}}""")]
    public void Function_beside_another_clause_holds_a_copy(string frame)
    {
        SearchBody body = new(frame.Replace("@", """{"script":{"source":"1+cosineSimilarity(params.q,'vec')","params":{"q":[1,2]}}}""", StringComparison.Ordinal));

        Assert.Equal("[3,4]", SearchBody.Vector(body.OnlyClause));
        Assert.Equal(["[1,2]"], body.OtherVectors);
        Assert.Equal("vec", body.Search!.OtherVectors[0].Field);
    }

    [Fact]
    public void Script_that_is_not_refined_is_no_clause_beside_one_that_is()
    {
        SearchBody body = new(
            """{"knn":{"field":"vec","query_vector":[1,2]},"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"hamming(params.q,'b')","params":{"q":[1,2]}}}}}""");

        Assert.Equal(KnnClauseForm.TopLevel, body.OnlyClause.Form);
        Assert.Equal("b", Assert.Single(body.Search!.OtherVectors).Field);
    }

    [Fact]
    public void Script_over_a_knn_query_holds_a_copy_and_is_no_second_clause()
    {
        var body = new SearchBody(
            """
                {"query":{"script_score":{"script":{"source":"dotProduct(params.q,'vec')+1","params":{"q":[0.5,1]}},"query":{"knn":{"field":"vec",
                "query_vector":[0.5,1.0]}}}}}
                """);

        Assert.Equal(KnnClauseForm.Query, body.OnlyClause.Form);
        VectorLocation copy = Assert.Single(body.Search!.OtherVectors);
        Assert.Equal(("[0.5,1]", "vec"), (SearchBody.Text(copy.Json), copy.Field));
    }

    [Fact]
    public void Names_of_no_use_among_the_parameters_hide_no_vector()
    {
        string names = string.Join(',', Enumerable.Range(0, 1_000).Select(static i => $"\"{i}\":\"a text\""));

        SearchBody body = InScriptScore(SearchBody.Fill("""{"params":{"names":{#},"q":[1,2]},"source":"cosineSimilarity(params.q,'vec')"}""", names));

        Assert.Equal("[1,2]", SearchBody.Vector(body.OnlyClause));
    }

    [Theory]
    [InlineData("params[")]
    [InlineData("(")]
    [InlineData("field('v').get(")]
    [InlineData("doc[params.a.b")]
    [InlineData("def q = params.q; cosineSimilarity(q, ")]
    [InlineData("'")]
    [InlineData("/* ")]
    [InlineData("params.a.get('b').")]
    public void A_source_that_is_no_Painless_is_read_to_its_end(string part)
    {
        string source = "cosineSimilarity(params.q,'vec') " + string.Concat(Enumerable.Repeat(part, 30_000 / part.Length));

        Assert.NotEmpty(InScriptScore(SearchBody.Fill("""{"source":"#","params":{"q":[1,2]}}""", source)).Clauses);
    }

    private static SearchBody InScriptScore(string script) => new(SearchBody.Fill("""{"query":{"script_score":{"query":{"match_all":{}},"script":#}}}""", script));
}
