using EsRefine.Endpoints;
using EsRefine.Evaluation.Files;
using EsRefine.Pipeline;

namespace EsRefine.Demo;

/// <summary>Why the query vector moved: the judgments of the sampled hits.</summary>
/// <param name="Summary">The pipeline's summary of the search.</param>
/// <param name="Mean">Mean P(relevant) of the judged hits; NaN if none was judged.</param>
/// <param name="Toward">Ids of the hits that pulled the query vector, in rank order.</param>
/// <param name="Away">Ids of the hits that pushed it, in rank order.</param>
internal sealed record Explanation(RefinementSummary Summary, float Mean, IReadOnlyList<string> Toward, IReadOnlyList<string> Away)
{
    /// <summary>Prepares the search again in this process, where the results of all stages can be read.</summary>
    public static async Task<Explanation> OfAsync(
        RefinedRequest path, DemoIndex index, byte[] body, BeirQuery question, CancellationToken cancellationToken)
    {
        HeaderDictionary headers = [];
        if (index.Authorization is { } authorization)
        {
            headers["Authorization"] = authorization.ToString();
        }

        PreparedSearch prepared = await path.PrepareAsync(
            SearchEndpointKind.Search,
            new SearchRequest { Index = index.Path, Body = body, Headers = headers, QueryText = question.Text, IsFresh = true },
            cancellationToken);
        return Of(prepared);
    }

    /// <summary>Hits judged above the mean attract the query vector, and others repel it. Hits without a judgment have no effect.</summary>
    public static Explanation Of(PreparedSearch prepared)
    {
        if (prepared.Clauses is not [{ Sample: { } sample, Judged: > 0 } clause, ..])
        {
            return new Explanation(prepared.Summary, float.NaN, [], []);
        }

        (string Id, float Probability)[] judged =
        [
            .. sample.Hits.Zip(clause.Judgments)
                .Where(static pair => pair.Second is not null)
                .Select(static pair => (pair.First.Id, pair.Second!.Value.Probability)),
        ];
        float mean = judged.Average(static hit => hit.Probability);
        return new Explanation(
            prepared.Summary,
            mean,
            [.. judged.Where(hit => hit.Probability > mean).OrderByDescending(static hit => hit.Probability).Select(static hit => hit.Id)],
            [.. judged.Where(hit => hit.Probability <= mean).OrderBy(static hit => hit.Probability).Select(static hit => hit.Id)]);
    }
}
