using System.Globalization;
using EsRefine.Judging;
using EsRefine.Recognition;
using EsRefine.Stores;
using EsRefine.Targets;
using EsRefine.Upstream;

namespace EsRefine.Caching;

/// <summary>
/// The key of a refined vector: all that decides what it is, and nothing that differs between the pages of one search (<c>from</c>, <c>search_after</c>,
/// <c>size</c>, <c>k</c>, sort, aggregations, the id of a point in time, which each reply may renew).
/// </summary>
internal static class RefinedVectorKey
{
    /// <summary>Raised when the same parts come to mean another vector.</summary>
    private const string Version = "1";

    /// <summary>The key.</summary>
    /// <param name="secret">Keys the hash: instances that share it, and a store, find each other's entries. Null: a secret of this process.</param>
    /// <param name="task">The search and its caller, the clause with its query text and its target, the field and the query vector.</param>
    /// <param name="judge">Kind and model.</param>
    public static string Of(byte[]? secret, VectorTask task, string judge)
    {
        (SearchRequest search, RecognizedSearch recognized, KnnClause clause, Target target, string? queryText) = task.Of;
        ReadOnlySpan<byte> body = search.Body.Span;
        using CacheKey key = new(secret);
        key.Add(Version);

        // Who asks, and which documents they ask about.
        key.AddList([.. CallerHeaders.Identity(search.Headers)]);
        key.Add(search.Index);
        key.AddList(task.Mapping.Indices);
        key.Add(SearchParameters.Keep(search.QueryString, SearchParameters.Documents));
        Add(key, body, recognized.SearchPipeline);
        Add(key, body, recognized.RuntimeMappings);
        key.AddNumber(clause.Filters.Count);
        foreach (EnclosingFilter filter in clause.Filters)
        {
            key.Add(string.Create(CultureInfo.InvariantCulture, $"{filter.IsNegated} {filter.IsOwn} {filter.NestedPath}"));
            key.Add(filter.Range.Of(body));
        }

        // What they ask.
        key.Add(clause.Field);
        key.Add(clause.NestedPath);
        Add(key, body, WithoutVector(clause, after: false));
        Add(key, body, WithoutVector(clause, after: true));
        Add(key, body, clause.ScoredQuery);
        key.Add(queryText);
        if (clause.Source is TextToEmbed text)
        {
            // By the text, not by its vector: a model behind an API may give another last digit for the next page, and the pages would tear.
            key.AddList([target.Model.ToString()!, text.Form.ToString(), text.ModelId ?? "", text.Text]);
        }
        else
        {
            key.Add(task.QueryVector);
        }

        // How it is refined.
        key.Add(clause.Function?.ToString() ?? task.Mapping.Similarity?.ToString());
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

    /// <summary>A script's source and parameters, before its vector or after it; null for other clauses. The vector counts by value, not by spelling.</summary>
    private static ByteRange? WithoutVector(KnnClause clause, bool after) => clause.Script is not { } script ? null
        : clause.Vector.Range.Start < script.Start || clause.Vector.Range.End > script.End ? script
        : after ? new ByteRange(clause.Vector.Range.End, script.End - clause.Vector.Range.End)
        : new ByteRange(script.Start, clause.Vector.Range.Start - script.Start);

    private static void Add(CacheKey key, ReadOnlySpan<byte> body, ByteRange? range)
    {
        if (range is { } present)
        {
            key.Add(present.Of(body));
        }
        else
        {
            key.Add((string?)null);
        }
    }
}
