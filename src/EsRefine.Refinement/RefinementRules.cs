using System.Diagnostics.CodeAnalysis;

namespace EsRefine.Refinement;

/// <summary>The rules by name.</summary>
public static class RefinementRules
{
    /// <summary>Every name a configuration may use, for messages and help.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kl-adam", "rocchio@ANGLE"];

    /// <summary>Reads <c>kl-adam</c>, <c>rocchio</c> (= <c>rocchio@0.3</c>) or <c>rocchio@ANGLE</c> with the angle in radians, in (0, π/2].</summary>
    public static bool TryParse(string? name, [NotNullWhen(true)] out IRefinementRule? rule)
    {
        throw new NotSupportedException();
    }
}
