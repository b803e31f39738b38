using System.Globalization;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Stores;
using EsRefine.Targets;
using EsRefine.Upstream;

namespace EsRefine.Caching;

/// <summary>
/// The key of a refined vector: everything that decides its value, and nothing that differs between the pages of one search (<c>from</c>, <c>search_after</c>,
/// <c>size</c>, <c>k</c>, sort, aggregations, the id of a point in time, which each reply may renew).
/// </summary>
internal static class RefinedVectorKey
{
    /// <summary>Raised when the same parts give another vector.</summary>
    private const string Version = "1";

    /// <summary>The key.</summary>
    /// <param name="secret">Keys the hash: instances that share it, and a store, find each other's entries. Null: a secret of this process.</param>
    /// <param name="task">The search and its caller, the clause with its query text and its target, the field and the query vector.</param>
    /// <param name="judge">Kind and model.</param>
    public static string Of(byte[]? secret, VectorTask task, string judge)
    {
        (SearchRequest search, RecognizedSearch recognized, KnnClause clause, Target target, string? queryText) = task.ClauseTask;
        using CacheKey key = new(secret);
        key.Add(Version);

        // Who asks, and which documents they ask about.
        key.AddList([.. CallerHeaders.Identity(search.Headers)]);
        key.Add(search.Index);
        key.AddList(task.Mapping.Indices);
        key.Add(SearchParameters.Keep(search.QueryString, SearchParameters.Documents));
        Add(key, recognized.SearchPipeline);
        Add(key, recognized.RuntimeMappings);
        key.AddNumber(clause.Filters.Count);
        foreach (EnclosingFilter filter in clause.Filters)
        {
            key.Add(string.Create(CultureInfo.InvariantCulture, $"{filter.IsNegated} {filter.IsOwn} {filter.NestedPath}"));
            key.Add(filter.Json.Span);
        }

        // What they ask.
        key.Add(clause.Field);
        key.Add(clause.NestedPath);
        Add(key, WithoutVector(clause, after: false));
        Add(key, WithoutVector(clause, after: true));
        Add(key, clause.Script?.ScoredQuery ?? default);
        key.Add(queryText);
        if (clause.Source is TextToEmbed text)
        {
            // By the text, not by its vector: a model behind an API may return another last digit for the next page, and the pages would tear.
            key.AddList([target.Model.ToString()!, text.Form.ToString(), text.ModelId ?? "", text.Text]);
        }
        else
        {
            key.Add(task.QueryVector);
        }

        // How it is refined.
        key.Add(clause.Script?.Function.ToString() ?? task.Mapping.Similarity?.ToString());
        key.Add(task.Mapping.ElementType.ToString());
        key.AddList([.. target.TextFields(task.Mapping)]);
        key.Add(target.Rule.Name);
        key.AddNumber(target.SampleSize);
        key.AddNumber(target.Guards.MinSpread);
        key.AddNumber(target.Guards.TrustRadius);
        key.Add(target.Task);
        key.Add(judge);
        key.Add(JudgePrompt.Version);
        return key.Finish("esrefine:refined");
    }

    /// <summary>
    /// A script's source and parameters, before its vector or after it; missing for other clauses. The vector counts by value, not by spelling.
    /// </summary>
    private static BodySlice WithoutVector(KnnClause clause, bool after)
    {
        (BodySlice script, BodySlice vector) = (clause.Script?.Json ?? default, clause.Vector.Json);
        return script.IsMissing || vector.Start < script.Start || vector.End > script.End ? script
            : after ? script.Between(vector.End, script.End)
            : script.Between(script.Start, vector.Start);
    }

    private static void Add(CacheKey key, BodySlice bytes)
    {
        if (bytes.IsMissing)
        {
            key.Add((string?)null);
        }
        else
        {
            key.Add(bytes.Span);
        }
    }
}
