using System.Collections.Frozen;

namespace EsRefine.Recognition;

/// <summary>A call of a vector function in a Painless source.</summary>
/// <remarks>
/// <c>cosineSimilarity(params.asked, 'vec')</c>, in OpenSearch <c>cosineSimilarity(params.asked, doc['vec'])</c>, and Elasticsearch's
/// <c>field('vec').get(null).cosineSimilarity(params.asked)</c>.
/// </remarks>
/// <param name="Name">Name of the function.</param>
/// <param name="Function">What it computes; null for what is not refined: bits (<c>hamming</c>) and many vectors at once.</param>
/// <param name="Dialect">By the way the field is written.</param>
internal sealed record VectorCall(string Name, VectorFunction? Function, EngineDialect Dialect)
{
    /// <summary>The functions of both engines by their names.</summary>
    public static FrozenDictionary<string, VectorFunction?> Functions { get; } = new Dictionary<string, VectorFunction?>
    {
        ["cosineSimilarity"] = VectorFunction.Cosine,
        ["dotProduct"] = VectorFunction.DotProduct,
        ["innerProduct"] = VectorFunction.DotProduct,
        ["l2norm"] = VectorFunction.EuclideanDistance,
        ["l2Norm"] = VectorFunction.EuclideanDistance,
        ["l2Squared"] = VectorFunction.EuclideanDistance,
        ["l1norm"] = VectorFunction.ManhattanDistance,
        ["l1Norm"] = VectorFunction.ManhattanDistance,
        ["lInfNorm"] = VectorFunction.LargestDifference,
        ["hamming"] = null,
        ["maxSimDotProduct"] = null,
        ["maxSimInvHamming"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The script parameter that holds the vector, <c>a.b</c> for one in an object; null where it cannot be traced to one.</summary>
    public string? Parameter { get; init; }

    /// <summary>The field, where it is written out.</summary>
    public string? Field { get; init; }

    /// <summary>The script parameter that holds the field's name, where it is not.</summary>
    public string? FieldParameter { get; init; }
}
