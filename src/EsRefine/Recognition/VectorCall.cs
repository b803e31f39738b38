using System.Text.RegularExpressions;
using EsRefine.Refinement;

namespace EsRefine.Recognition;

/// <summary>A call of a vector function in a Painless source.</summary>
/// <remarks><c>cosineSimilarity(params.asked, 'vec')</c>, in OpenSearch <c>cosineSimilarity(params.asked, doc['vec'])</c>.</remarks>
/// <param name="Function">Name of the function.</param>
/// <param name="Parameter">Name of the script parameter that holds the vector.</param>
/// <param name="Field">The field, where it is written out.</param>
/// <param name="FieldParameter">Name of the script parameter that holds the field's name, where it is not.</param>
/// <param name="Dialect">By the way the field is written.</param>
internal sealed partial record VectorCall(string Function, string Parameter, string? Field, string? FieldParameter, EngineDialect Dialect)
{
    /// <summary>What a larger score means; null for functions that are not refined (<c>l1norm</c>, <c>hamming</c>, multi-vector ones).</summary>
    // A script's dot product takes vectors of any length, unlike the mapping's dot_product.
    public VectorSimilarity? Similarity => Function switch
    {
        "cosineSimilarity" => VectorSimilarity.Cosine,
        "dotProduct" or "innerProduct" => VectorSimilarity.MaxInnerProduct,
        "l2norm" or "l2Squared" => VectorSimilarity.L2Norm,
        _ => null,
    };

    /// <summary>The calls in a source, in order.</summary>
    public static List<VectorCall> FindAll(string source)
    {
        List<VectorCall> calls = [];
        foreach (Match match in Pattern().Matches(source))
        {
            calls.Add(new VectorCall(
                match.Groups["function"].Value,
                match.Groups["parameter"].Value,
                match.Groups["field"] is { Success: true } field ? field.Value : null,
                match.Groups["fieldParameter"] is { Success: true } parameter ? parameter.Value : null,
                match.Groups["doc"].Success ? EngineDialect.OpenSearch : EngineDialect.Elasticsearch));
        }

        return calls;
    }

    [GeneratedRegex(
        """
        \b(?<function>cosineSimilarity|dotProduct|innerProduct|l1norm|l1Norm|l2norm|l2Squared|hamming|maxSimDotProduct|maxSimInvHamming) \s* \( \s*
        params (?: \.(?<parameter>\w+) | \[ \s* ['"](?<parameter>\w+)['"] \s* \] | \.get\( \s* ['"](?<parameter>\w+)['"] \s* \) ) \s* , \s*
        (?: ['"](?<field>[^'"\\]+)['"]
          | (?<doc>doc) \s* \[ \s* (?: ['"](?<field>[^'"\\]+)['"] | params\.(?<fieldParameter>\w+) ) \s* \]
          | params\.(?<fieldParameter>\w+) ) \s* \)
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
