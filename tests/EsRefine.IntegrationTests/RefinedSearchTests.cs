using System.Net;
using EsRefine.Hosting;
using EsRefine.TestSupport.Engines;
using Xunit;

namespace EsRefine.IntegrationTests;

/// <summary>
/// A kNN search through the sidecar finds the documents nearest to the refined vector, in every form, for every similarity, and whether or not the index shows
/// its vectors. With an unreachable judge it finds the same as without the sidecar.
/// </summary>
public sealed class RefinedSearchTests(ElasticsearchEngine elasticsearch, OpenSearchEngine openSearch, FanIndices indices)
{
    public static TheoryData<string> ElasticsearchForms => [.. KnnForm.Elasticsearch.Select(static form => form.Name)];

    public static TheoryData<string> OpenSearchForms => [.. KnnForm.OpenSearch.Select(static form => form.Name)];

    [Theory]
    [MemberData(nameof(ElasticsearchForms))]
    public async Task Elasticsearch_finds_more_that_is_relevant(string form) =>
        await IsRefined(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(), KnnForm.Elasticsearch.Single(candidate => candidate.Name == form));

    [Theory]
    [MemberData(nameof(OpenSearchForms))]
    public async Task OpenSearch_finds_more_that_is_relevant(string form) =>
        await IsRefined(await openSearch.UseAsync(), FanMapping.OpenSearch(), KnnForm.OpenSearch.Single(candidate => candidate.Name == form));

    [Theory]
    [InlineData("cosine", 3)]
    [InlineData("dot_product", 1)]
    [InlineData("l2_norm", 3)]
    [InlineData("max_inner_product", 3)]
    public async Task Elasticsearch_scores_by_the_refined_vector_under_every_similarity(string similarity, double length) =>
        await ScoresByTheRefinedVector(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(similarity), KnnForm.Elasticsearch[0], similarity, length);

    [Theory]
    [InlineData("cosinesimil", "cosine")]
    [InlineData("l2", "l2_norm")]
    [InlineData("innerproduct", "max_inner_product")]
    public async Task OpenSearch_scores_by_the_refined_vector_in_every_space(string space, string similarity) =>
        await ScoresByTheRefinedVector(await openSearch.UseAsync(), FanMapping.OpenSearch(space), KnnForm.OpenSearch[0], similarity, length: 3);

    [Fact]
    public async Task Elasticsearch_that_shows_vectors_in_source_is_refined_as_well() =>
        await IsRefined(await elasticsearch.UseAsync(), FanMapping.Elasticsearch(vectorsInSource: true), KnnForm.Elasticsearch[0]);

    [Fact]
    public async Task Elasticsearch_that_shows_Base64_vectors_in_source_is_refined_as_well()
    {
        RunningEngine engine = await elasticsearch.UseAsync();
        string index = engine.NewIndexName("packed");
        await engine.SendAsync(HttpMethod.Put, $"/{index}", FanMapping.Elasticsearch(vectorsInSource: true));
        string bulk = string.Concat(Fan.Documents.Select(static document =>
            $"{{\"index\":{{\"_id\":\"{document.Id}\"}}}}\n{{\"text\":\"{document.Text}\",\"v\":\"{Fan.Base64(Fan.VectorAt(document.Angle))}\"}}\n"));
        await engine.SendAsync(HttpMethod.Post, $"/{index}/_bulk?refresh=true", bulk, "application/x-ndjson");

        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, $"{index}/_search", KnnForm.Elasticsearch[0].With(Fan.VectorAt(0)), Fan.QueryHeader);

        Assert.Equal(Fan.Ranked(Fan.Turn).Take(10).Select(static document => document.Id), refined.Ids);
    }

    private async Task IsRefined(RunningEngine engine, string mapping, KnnForm form)
    {
        string target = $"{await indices.GetAsync(engine, mapping)}/_search{form.QueryString}";
        string body = form.With(Fan.VectorAt(0));
        string? header = form.HoldsQueryText ? null : Fan.QueryHeader;
        await using Sidecar sidecar = await SidecarInFront.Of(engine);
        await using Sidecar withoutJudge = await SidecarInFront.Of(engine.Url, SidecarInFront.Chat(NobodyThere));

        SearchReply plain = await SearchReply.OfAsync(engine.Url, target, body);
        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, body, header);
        SearchReply unjudged = await SearchReply.OfAsync(withoutJudge.DataUrl, target, body, header);

        Assert.Equal("refined;judged=20;sample=20;angle=0.3;rule=\"rocchio@0.3\"", refined.Outcome);
        Assert.Equal(form.Finds(0).Select(static document => document.Id), plain.Ids);
        Assert.Equal(form.Finds(Fan.Turn).Select(static document => document.Id), refined.Ids);
        Assert.Equal(plain.Masked, unjudged.Masked);
        Assert.Equal("judge-failed;judged=0;sample=20", unjudged.Outcome);
    }

    private async Task ScoresByTheRefinedVector(RunningEngine engine, string mapping, KnnForm form, string similarity, double length)
    {
        string target = $"{await indices.GetAsync(engine, mapping, length)}/_search";
        await using Sidecar sidecar = await SidecarInFront.Of(engine);

        SearchReply refined = await SearchReply.OfAsync(sidecar.DataUrl, target, form.With(Fan.VectorAt(0, length)), Fan.QueryHeader);

        FanDocument[] expected = [.. form.Finds(Fan.Turn)];
        Assert.Equal(HttpStatusCode.OK, refined.Status);
        Assert.Equal(expected.Select(static document => document.Id), refined.Ids);
        Assert.All(refined.Scores.Zip(expected), pair => Assert.Equal(Score(similarity, pair.Second.Angle - Fan.Turn, length), pair.First, 1e-4));
    }

    /// <summary>Both engines' score of two vectors of equal length at an angle. If the similarity depends on length, a wrong length changes it.</summary>
    private static double Score(string similarity, double angle, double length) => similarity switch
    {
        "cosine" or "dot_product" => (1 + Math.Cos(angle)) / 2,
        "l2_norm" => 1 / (1 + (length * length * (2 - (2 * Math.Cos(angle))))),
        _ => 1 + (length * length * Math.Cos(angle)),
    };

    private static Uri NobodyThere { get; } = new("http://127.0.0.1:9/v1");   // the discard port: nothing listens there
}
