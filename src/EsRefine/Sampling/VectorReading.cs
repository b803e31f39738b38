using EsRefine.Upstream;

namespace EsRefine.Sampling;

/// <summary>A way of getting a hit's stored vector back (<c>knn-wire</c> §4 and §10).</summary>
internal enum VectorReading
{
    /// <summary><c>docvalue_fields</c>: always numbers, whatever was indexed; Elasticsearch 8.17 and newer.</summary>
    DocValues,

    /// <summary><c>fields</c>: older Elasticsearch; what it gives may be the string that was indexed.</summary>
    Fields,

    /// <summary>Named in <c>_source</c>: shown so even where an index hides its vectors, unless the mapping excludes the field for good.</summary>
    Source,

    /// <summary><c>script_fields</c>: from the index itself, where scripts are allowed.</summary>
    Script,

    /// <summary>Not read at all: the judged texts are embedded anew by the configured model.</summary>
    Embedding,
}

/// <summary>The ways that may work for a field, cheapest first.</summary>
internal static class VectorReadings
{
    private static readonly VectorReading[] Elasticsearch = [VectorReading.DocValues, VectorReading.Fields, VectorReading.Source, VectorReading.Script];

    // OpenSearch builds vectors into _source as it reads it (derived source), and fields takes them from there: what _source leaves out, fields lacks.
    // docvalue_fields on a knn_vector is an error before OpenSearch 3.7, and another encoding after.
    private static readonly VectorReading[] OpenSearch = [VectorReading.Source, VectorReading.Script];

    /// <summary>The ways in the order to try them.</summary>
    /// <param name="mapping">The field. Of a nested one <c>fields</c> mixes all passages, so it is not tried.</param>
    /// <param name="known">The way that worked last, which goes first; null = none yet.</param>
    /// <param name="hasModel">Whether texts can be embedded as the last resort.</param>
    public static IEnumerable<VectorReading> InOrder(FieldMapping mapping, VectorReading? known, bool hasModel)
    {
        VectorReading[] stored = mapping.Dialect == EngineDialect.Elasticsearch ? Elasticsearch : OpenSearch;
        IEnumerable<VectorReading> ways = stored.Where(way => mapping.NestedPath is null || way != VectorReading.Fields);
        ways = hasModel ? ways.Append(VectorReading.Embedding) : ways;
        return known is { } first ? ways.Where(way => way != first).Prepend(first) : ways;
    }
}
