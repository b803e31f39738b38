using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>A way of reading the stored vector of a hit. Which of them work depends on engine, version and mapping.</summary>
internal enum VectorReading
{
    /// <summary><c>docvalue_fields</c>: numbers, in whatever form the vector was indexed; Elasticsearch 8.17 and newer.</summary>
    DocValues,

    /// <summary><c>fields</c>: older Elasticsearch; may return the string that was indexed.</summary>
    Fields,

    /// <summary>Named in <c>_source</c>: returned even where an index leaves vectors out by default, unless the mapping excludes the field.</summary>
    Source,

    /// <summary><c>script_fields</c>: from the index itself, where scripts are allowed.</summary>
    Script,

    /// <summary>Not read: the configured model embeds the judged texts again.</summary>
    Embedding,
}

/// <summary>The ways that can work for a field, cheapest first.</summary>
internal static class VectorReadings
{
    private static readonly VectorReading[] Elasticsearch = [VectorReading.DocValues, VectorReading.Fields, VectorReading.Source, VectorReading.Script];

    // OpenSearch adds vectors to _source when it reads it (derived source). fields reads from there, so it lacks the fields that _source excludes.
    // docvalue_fields on a knn_vector is an error before OpenSearch 3.7, and another encoding after.
    private static readonly VectorReading[] OpenSearch = [VectorReading.Source, VectorReading.Script];

    /// <summary>The ways in the order to try them.</summary>
    /// <param name="mapping">The field. Of a nested one <c>fields</c> mixes all passages, so it is not tried.</param>
    /// <param name="known">The way that worked last, which is tried first; null where none is known.</param>
    /// <param name="hasModel">Whether texts can be embedded as the last resort.</param>
    public static IEnumerable<VectorReading> InOrder(FieldMapping mapping, VectorReading? known, bool hasModel)
    {
        VectorReading[] stored = mapping.Dialect == EngineDialect.Elasticsearch ? Elasticsearch : OpenSearch;
        IEnumerable<VectorReading> ways = stored.Where(way => mapping.NestedPath is null || way != VectorReading.Fields);
        ways = hasModel ? ways.Append(VectorReading.Embedding) : ways;
        return known is { } first ? ways.Where(way => way != first).Prepend(first) : ways;
    }
}
