using Xunit;

namespace EsRefine.Tests.Recognition;

public sealed class FilterTests
{
    private const string Knn = """{"knn":{"field":"vec","query_vector":[1,2]}}""";

    [Fact]
    public void Bool_gives_its_filters_and_the_siblings_that_every_hit_must_match()
    {
        var body = new SearchBody(SearchBody.Fill("""
            {"query":{"bool":{"must":[{"match":{"t":"x"}},#,{"exists":{"field":"e"}}],"must_not":{"term":{"n":1}},
            "filter":[{"term":{"a":1}},{"term":{"b":2}}],"should":{"match":{"t":"y"}}}}}
            """, Knn));

        Assert.Equal(
            ["""{"match":{"t":"x"}}""", """{"exists":{"field":"e"}}""", """!{"term":{"n":1}}""", """[{"term":{"a":1}},{"term":{"b":2}}]"""],
            SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Clause_that_is_only_one_way_to_match_still_obeys_what_every_hit_must()
    {
        var body = new SearchBody(SearchBody.Fill("""{"query":{"bool":{"should":[#],"must":[{"match":{"t":"x"}},{"term":{"a":1}}],"must_not":[]}}}""", Knn));

        Assert.Equal(["""[{"match":{"t":"x"}},{"term":{"a":1}}]"""], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Every_bool_on_the_way_down_adds_its_filters()
    {
        var body = new SearchBody(SearchBody.Fill("""
            {"query":{"bool":{"filter":{"term":{"a":1}},
            "must":{"function_score":{"query":{"bool":{"should":[{"dis_max":{"queries":[#]}}],"filter":{"term":{"b":2}}}}}}}}}
            """, Knn));

        Assert.Equal(["""{"term":{"b":2}}""", """{"term":{"a":1}}"""], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Alternatives_do_not_bind_each_other()
    {
        var body = new SearchBody(SearchBody.Fill("""
            {"query":{"bool":{"should":[{"bool":{"must":#,"filter":{"term":{"a":1}}}},
            {"bool":{"must":#,"filter":{"term":{"b":2}}}},{"bool":{"filter":{"term":{"c":3}}}}]}}}
            """, Knn));

        Assert.Equal([["""{"term":{"a":1}}"""], ["""{"term":{"b":2}}"""]], body.Clauses.Select(SearchBody.Filters));
    }

    [Fact]
    public void Sibling_with_a_clause_of_its_own_lends_its_filters_but_not_its_clause()
    {
        var body = new SearchBody(SearchBody.Fill("""
            {"query":{"bool":{"must":[#,{"bool":{"must":{"knn":{"field":"other","query_vector":[3],"filter":{"term":{"own":1}}}},
            "filter":{"term":{"tenant":7}}}}]}}}
            """, Knn));

        Assert.Equal(["""{"term":{"own":1}}""", """{"term":{"tenant":7}}"""], SearchBody.Filters(body.Clauses[0]));
        Assert.Equal(["""own {"term":{"own":1}}""", """{"term":{"tenant":7}}"""], SearchBody.Filters(body.Clauses[1]));
    }

    [Fact]
    public void Filter_that_holds_a_vector_stays_whole_and_its_vector_is_noted()
    {
        const string filter = """{"bool":{"must":[{"term":{"tenant":7}},{"knn":{"field":"vec","query_vector":[1,2.0]}}]}}""";
        var body = new SearchBody(SearchBody.Fill("""{"query":{"bool":{"must":{"knn":{"field":"vec","query_vector":[1,2]}},"filter":#}}}""", filter));

        Assert.Equal([filter], SearchBody.Filters(body.OnlyClause));
        Assert.Equal(["[1,2.0]"], body.OtherVectors);
    }

    [Fact]
    public void Empty_filters_are_none()
    {
        var body = new SearchBody("""
            {"knn":{"filter":[],"field":"vec","k":4,"num_candidates":50,"query_vector":[1]},"query":{"bool":{"must":[{"match":{"t":{"query":"x"}}}],
            "filter":[]}},"size":4,"_source":true}
            """);

        Assert.Empty(body.OnlyClause.Filters);
    }

    [Fact]
    public void Post_filter_binds_every_clause_wherever_it_stands_in_the_body()
    {
        var body = new SearchBody(SearchBody.Fill("""{"post_filter":{"term":{"p":1}},"knn":{"field":"a","query_vector":[1]},"query":#}""", Knn));

        Assert.All(body.Clauses, clause => Assert.Equal(["""{"term":{"p":1}}"""], SearchBody.Filters(clause)));
        Assert.Equal(2, body.Clauses.Count);
    }

    [Fact]
    public void Retrievers_give_their_filters_to_all_below()
    {
        var body = new SearchBody("""
            {"retriever":{"text_similarity_reranker":{"filter":{"term":{"r":1}},"field":"t","inference_text":"x","retriever":{"rrf":{"retrievers":[
            {"standard":{"query":{"bool":{"must":{"knn":{"field":"a","query_vector":[1]}},"filter":{"term":{"b":1}}}},"filter":[{"term":{"s":1}}]}},
            {"knn":{"field":"v","query_vector":[2],"k":5,"num_candidates":9,"filter":{"term":{"k":1}}}}],"filter":{"term":{"f":1}}}}}}}
            """);

        Assert.Equal(["""{"term":{"b":1}}""", """[{"term":{"s":1}}]""", """{"term":{"f":1}}""", """{"term":{"r":1}}"""], SearchBody.Filters(body.Clauses[0]));
        Assert.Equal(["""own {"term":{"k":1}}""", """{"term":{"f":1}}""", """{"term":{"r":1}}"""], SearchBody.Filters(body.Clauses[1]));
    }

    [Fact]
    public void Hybrid_gives_its_common_filter_to_every_sub_query()
    {
        var body = new SearchBody("""
            {"query":{"hybrid":{"filter":{"term":{"f":1}},"queries":[{"match":{"t":"x"}},{"bool":{"must":{"knn":{"v":{"vector":[1],"k":3,
            "filter":{"term":{"o":1}}}}}}}]}}}
            """);

        Assert.Equal(["""own {"term":{"o":1}}""", """{"term":{"f":1}}"""], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Negations_inside_a_filter_stay_inside_it()
    {
        const string filter = """{"bool":{"must_not":{"bool":{"must_not":{"term":{"a":1}},"must":[{"term":{"b":1}}]}}}}""";
        var body = new SearchBody(SearchBody.Fill("""{"query":{"bool":{"must_not":#,"should":{"knn":{"field":"vec","query_vector":[1,2]}}}}}""", filter));

        Assert.Equal(["!" + filter], SearchBody.Filters(body.OnlyClause));
    }

    [Fact]
    public void Related_documents_demand_nothing_of_the_hits()
    {
        var body = new SearchBody(SearchBody.Fill("""
            {"query":{"bool":{"must":[#,{"has_child":{"type":"c","query":{"bool":{"must":{"knn":{"field":"w","query_vector":[1]}},
            "filter":{"term":{"c":1}}}}}}]}}}
            """, Knn));

        Assert.Empty(SearchBody.Filters(body.Clauses[0]));
        Assert.Equal(["""{"term":{"c":1}}"""], SearchBody.Filters(body.Clauses[1]));
    }
}
